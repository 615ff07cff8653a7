import Augmentation
import Reports
import Testing

@Suite struct ImageGridTests {
  func pixel(_ image: RGBAImage, _ x: Int, _ y: Int) -> [UInt8] {
    Array(image.pixels[(y * image.width + x) * 4..<(y * image.width + x) * 4 + 4])
  }

  @Test func placesImagesInRowsAndShowsTransparencyAsTheMean() {
    let red = RGBAImage(width: 2, height: 1, pixels: [255, 0, 0, 255, 9, 9, 9, 0])
    let blue = RGBAImage(width: 1, height: 2, pixels: [0, 0, 255, 255, 0, 0, 254, 255])
    let picture = ImageGrid(scale: 3, gap: 2).picture([[red, blue], [blue]])
    #expect(picture.width == 2 + 2 * (2 * 3 + 2))
    #expect(picture.height == 2 + 2 * (2 * 3 + 2))
    #expect(pixel(picture, 0, 0) == [255, 255, 255, 255])
    #expect(pixel(picture, 2, 2) == [255, 0, 0, 255])
    #expect(pixel(picture, 4, 4) == [255, 0, 0, 255])
    #expect(pixel(picture, 5, 2) == [125, 122, 113, 255])
    #expect(pixel(picture, 2, 5) == [255, 255, 255, 255])
    #expect(pixel(picture, 10, 2) == [0, 0, 255, 255])
    #expect(pixel(picture, 10, 7) == [0, 0, 254, 255])
    #expect(pixel(picture, 2, 10) == [0, 0, 255, 255])
  }

  @Test func anEmptyGridIsAnEmptyFrame() {
    let picture = ImageGrid(gap: 3).picture([])
    #expect(picture.width == 3 && picture.height == 3)
  }
}
