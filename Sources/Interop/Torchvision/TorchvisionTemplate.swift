/// The parts of the module that are the same for every schedule.
enum TorchvisionTemplate {
  /// The docstring, which says what is lost.
  static let head = #"""
    """An augmentation schedule of pba as a transform for torchvision.

    Written by `pba schedule export`. It needs torch, torchvision and Pillow, and nothing of pba.

        augment = Augment()
        dataset = ImageFolder("photos", transforms.Compose([augment, transforms.ToTensor()]))
        loader = DataLoader(dataset, batch_size=128, shuffle=True, num_workers=2)
        for epoch in range(epochs):
            augment.set_epoch(epoch)
            for images, labels in loader:
                ...

    Operations, probabilities, strengths and the walk through a policy are those of pba, and so are the pixels of every
    operation, but for single ones of Perspective. What is lost:

    - The random numbers are those of Python's `random`, and for noise those of torch, which torch seeds in each worker of a
      DataLoader. So an image does not get what it gets in a training of pba, and what it gets depends on its worker and on the
      order of the images, not on seed, epoch and index alone.
    - Nothing sets the epoch but `set_epoch`, before each `for images in loader`. Without it the first policy holds. A training
      of another length than EPOCHS needs another file: `pba schedule stretch` makes the schedule for it.
    - Workers see the epoch through shared memory, also persistent ones. Those that are in the middle of an epoch when it is set
      apply the new policy to the images that they prepare from then on. A copy of this transform that was pickled for another
      program, or made by `copy.deepcopy`, has an epoch of its own.
    - Pixels that an operation leaves without data get the colour `fill`. A training of pba gives them the mean colour of its
      training images: pass that colour for the same effect.
    - Lengths in pixels are for images of 32x32, unless `scale_to_size` is true.
    - Crop, flip and the Cutout of the training recipe are no part of a schedule: add them behind this transform.
    """


    """#

  /// The Python modules that the code uses.
  static let imports =
    [
      "import io", "import math", "import random", "from collections.abc import Callable", "", "import torch",
      "from PIL import Image, ImageFilter", "from torchvision.transforms.v2 import functional", "", "",
    ].joined(separator: "\n")

  /// What stands before the policies.
  static let headOfSegments = #"""
    #: The policies in the order of training: the number of epochs, then for each operation that may happen its name, its
    #: probability, its strength in its own unit and whether half of its applications have the opposite direction. Entries of
    #: probability 0 are left out.
    SEGMENTS: tuple[tuple[int, tuple[tuple[str, float, float, bool], ...]], ...] = (

    """#

  /// The operations, the walk and the module.
  ///
  /// - Parameter scalesPixels: whether lengths in pixels follow the size of the images where that is asked for.
  /// - Returns: the code, which knows no lengths where they stay as they are.
  static func code(scalesPixels: Bool) -> String {
    code.replacing(
      placeOfLengths,
      with: scalesPixels
        ? #"LENGTHS = {"TranslateX": 1, "TranslateY": 1, "Cutout": 2, "GaussianBlur": 0}"#
        : "LENGTHS: dict[str, int] = {}")
  }

  /// What stands in the code for the line of lengths: no Python, so that a file in which it is left is refused.
  private static let placeOfLengths = "%LENGTHS%"

  private static let code = #"""
    #: The length of the schedule.
    EPOCHS = sum(epochs for epochs, _ in SEGMENTS)

    #: Strengths that are lengths in pixels, with the number of pixels that they take effect in multiples of; 0 is any.
    \#(placeOfLengths)


    def _moved(image: Image.Image, x: float = 0.0, y: float = 0.0, slope_x: float = 0.0, slope_y: float = 0.0) -> Image.Image:
        """Moves the image to the left by x pixels and up by y, or shears it about its upper left corner."""
        shear = [math.degrees(math.atan(slope_x)), math.degrees(math.atan(slope_y))]
        return functional.affine(image, angle=0.0, translate=[-int(x), -int(y)], scale=1.0, shear=shear, center=[0.0, 0.0])


    def _recoloured(image: Image.Image, change: Callable[[Image.Image], Image.Image]) -> Image.Image:
        """Changes the colours of an image, all of which has data then."""
        return change(image.convert("RGB")).convert("RGBA")


    def _alpha_kept(image: Image.Image, change: Callable[[Image.Image], Image.Image]) -> Image.Image:
        """Changes the colours of an image; what has no data stays without."""
        changed = change(image.convert("RGB"))
        changed.putalpha(image.getchannel("A"))
        return changed


    def _shuffled(image: Image.Image, _: float) -> Image.Image:
        """Puts the channels in another order."""
        order = random.choice(("RBG", "GRB", "GBR", "BRG", "BGR"))
        return Image.merge("RGBA", [image.getchannel(name) for name in order + "A"])


    def _zoomed(image: Image.Image, enlargement: float) -> Image.Image:
        """Enlarges an image about its middle to 1 + enlargement times its size, or shrinks it to as much less."""
        step = 1 / (1 + enlargement) if enlargement > 0 else 1 - enlargement
        matrix = (step, 0, image.width / 2 * (1 - step), 0, step, image.height / 2 * (1 - step))
        return image.transform(image.size, Image.Transform.AFFINE, matrix)


    def _perspective(image: Image.Image, distortion: float) -> Image.Image:
        """Moves the corners of an image inwards, each by up to half the distortion of the image's width and height."""
        if distortion == 0:
            return image
        corners, places = [[0.0, 0.0], [1.0, 0.0], [1.0, 1.0], [0.0, 1.0]], []
        for x, y in corners:
            across, down = random.random() * distortion / 2, random.random() * distortion / 2
            places.append([abs(x - across) * image.width, abs(y - down) * image.height])
        ends = [[x * image.width, y * image.height] for x, y in corners]
        return functional.perspective(image, ends, places, interpolation=Image.Resampling.NEAREST)


    def _compressed(image: Image.Image, quality: float) -> Image.Image:
        """Writes the colours of an image as a JPEG file, and reads that."""
        file = io.BytesIO()
        image.convert("RGB").save(file, format="JPEG", quality=int(quality + 0.5))
        return _alpha_kept(image, lambda _: Image.open(file).convert("RGB"))


    def _noisy(image: Image.Image, deviation: float) -> Image.Image:
        """Adds noise of a standard deviation in colour values."""
        colours = functional.pil_to_tensor(image.convert("RGB")).float()
        noisy = (colours + (torch.randn(colours.shape) * deviation).round()).clamp(0, 255).to(torch.uint8)
        return _alpha_kept(image, lambda _: functional.to_pil_image(noisy))


    def _erased(image: Image.Image, share: float) -> Image.Image:
        """Fills a rectangle at a random place, which has a share of the image, with noise."""
        ratio, is_high = 1 + 7 * random.random() / 3, random.random() < 0.5
        area = share * image.width * image.height
        high = min(max(math.sqrt(area * ratio if is_high else area / ratio), area / image.width), image.height)
        wide = min(area / high, image.width) if high > 0 else 0
        rows, columns = int(high + 0.5), int(wide + 0.5)
        top, left = random.randrange(image.height - rows + 1), random.randrange(image.width - columns + 1)
        if rows == 0 or columns == 0:
            return image
        noise = functional.to_pil_image(torch.randint(0, 256, (3, rows, columns), dtype=torch.uint8))
        changed = image.copy()
        changed.paste(noise, (left, top))
        return changed


    def _cutout(image: Image.Image, side: float) -> Image.Image:
        """Blanks a square about a random place; it may reach over the edge."""
        reach = int(side) // 2
        y = random.randrange(image.height)
        x = random.randrange(image.width)
        changed = image.copy()
        box = (max(x - reach, 0), max(y - reach, 0), min(x + reach, image.width), min(y + reach, image.height))
        changed.paste((125, 122, 113, 0), box)
        return changed


    #: What each operation does to an RGBA image, of which alpha 0 marks pixels without data.
    OPERATIONS: dict[str, Callable[[Image.Image, float], Image.Image]] = {
        "Rotate": lambda image, degrees: functional.rotate(image, degrees),
        "TranslateX": lambda image, pixels: _moved(image, x=pixels),
        "TranslateY": lambda image, pixels: _moved(image, y=pixels),
        "ShearX": lambda image, slope: _moved(image, slope_x=slope),
        "ShearY": lambda image, slope: _moved(image, slope_y=slope),
        "Brightness": lambda image, factor: functional.adjust_brightness(image, factor),
        "Color": lambda image, factor: functional.adjust_saturation(image, factor),
        "Contrast": lambda image, factor: functional.adjust_contrast(image, factor),
        "Sharpness": lambda image, factor: functional.adjust_sharpness(image, factor),
        "Posterize": lambda image, bits: _recoloured(image, lambda rgb: functional.posterize(rgb, int(bits))),
        "Solarize": lambda image, level: _recoloured(image, lambda rgb: functional.solarize(rgb, level)),
        "Invert": lambda image, _: _recoloured(image, functional.invert),
        "Equalize": lambda image, _: _recoloured(image, functional.equalize),
        "AutoContrast": lambda image, _: _recoloured(image, functional.autocontrast),
        "Cutout": _cutout,
        "FlipHorizontal": lambda image, _: functional.horizontal_flip(image),
        "FlipVertical": lambda image, _: functional.vertical_flip(image),
        "Grayscale": lambda image, _: _alpha_kept(image, lambda rgb: functional.rgb_to_grayscale(rgb, 3)),
        "Gamma": lambda image, power: _alpha_kept(image, lambda rgb: functional.adjust_gamma(rgb, power)),
        "Hue": lambda image, turns: _alpha_kept(image, lambda rgb: functional.adjust_hue(rgb, turns)),
        "ChannelShuffle": _shuffled,
        "Zoom": _zoomed,
        "Perspective": _perspective,
        "GaussianBlur": lambda image, radius: _alpha_kept(image, lambda rgb: rgb.filter(ImageFilter.GaussianBlur(radius))),
        "JPEGCompression": _compressed,
        "GaussianNoise": _noisy,
        "Erase": _erased,
    }


    class Augment(torch.nn.Module):
        """Applies the policy of the epoch to PIL images.

        Parameters
        ----------
        fill
            The colour of pixels that an operation leaves without data; None leaves them black, and those of Cutout grey.
        scale_to_size
            Whether lengths in pixels are multiplied by the shorter side of the image over 32, as in trainings of pba on image
            folders.
        """

        def __init__(self, fill: tuple[int, int, int] | None = (125, 122, 113), scale_to_size: bool = False) -> None:
            super().__init__()
            self.fill = fill
            self.scale_to_size = scale_to_size
            # In shared memory, so that the workers of a DataLoader see it change.
            self._epoch = torch.zeros(1, dtype=torch.int64).share_memory_()

        @property
        def epoch(self) -> int:
            """The epoch whose policy holds, counted from 0."""
            return int(self._epoch[0])

        def set_epoch(self, epoch: int) -> None:
            """Sets the epoch, counted from 0. After the last one of the schedule its last policy holds."""
            if epoch < 0:
                raise ValueError(f"epoch: found {epoch}, expected 0 or more")
            self._epoch[0] = epoch

        def policy(self) -> tuple[tuple[str, float, float, bool], ...]:
            """Returns what may happen to an image of this epoch: name, probability, strength, whether there are two directions."""
            epoch = self.epoch
            for epochs, entries in SEGMENTS:
                if epoch < epochs:
                    return entries
                epoch -= epochs
            return SEGMENTS[-1][1]

        def draw(self, side: int = 32) -> list[tuple[str, float]]:
            """Draws what happens to an image whose shorter side has so many pixels: names and strengths, in their order."""
            count = random.choices(range(len(OPERATION_COUNT)), OPERATION_COUNT)[0]
            entries = self.policy()
            drawn: list[tuple[str, float]] = []
            for name, probability, strength, has_directions in random.sample(entries, len(entries)):
                if len(drawn) == count:
                    break
                if random.random() < probability:
                    if name in LENGTHS and self.scale_to_size:
                        unit = LENGTHS[name]
                        strength = strength * side / 32
                        if unit > 0:
                            strength = float(math.floor(strength / unit + 0.5) * unit)
                    drawn.append((name, -strength if has_directions and random.random() < 0.5 else strength))
            return drawn

        def forward(self, img: Image.Image) -> Image.Image:
            """Returns the augmented image, of the same size, in mode RGB."""
            if not isinstance(img, Image.Image):
                raise TypeError(f"found {type(img).__name__}, expected a PIL image: put this before ToTensor or ToImage")
            image = img.convert("RGB").convert("RGBA")
            for name, strength in self.draw(min(img.size)):
                image = OPERATIONS[name](image, strength)
            if self.fill is None:
                return image.convert("RGB")
            paper = Image.new("RGB", image.size, self.fill)
            # Not blended: a pixel has data or has none.
            paper.paste(image.convert("RGB"), mask=image.getchannel("A").point(lambda alpha: 255 if alpha else 0))
            return paper

        def extra_repr(self) -> str:
            return f"{NAME!r}, epoch {self.epoch} of {EPOCHS}"

    """#
}
