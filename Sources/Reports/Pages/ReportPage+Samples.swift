import Foundation
import ImageFiles
import Images

extension ReportPage {
  /// Training images, as they are and as the network saw them.
  var sampleSection: ReportSection {
    switch samples {
    case .unavailable(let reason):
      ReportSection(
        identifier: "samples", heading: "Sample images",
        content: [.paragraph("There are no sample images in this report: \(reason)")])
    case .groups(let groups):
      ReportSection(
        identifier: "samples", heading: "Sample images",
        content: [
          .paragraph(
            "The first training images as they are and as the policy leaves them, before crop, flip and the recipe's Cutout. "
              + "They are the very images that the network saw in these epochs, where the dataset is still the same. What has "
              + "no data after an operation is grey.")
        ] + groups.flatMap { html($0, isOnly: groups.count == 1) })
    }
  }

  private func html(_ group: SampleImages.Group, isOnly: Bool) -> [HTML] {
    let head = HTML(
      "tr", [:],
      [HTML("td", [:]), HTML("th", ["scope": "col"], ["original"])]
        + group.columns.map { HTML("th", ["scope": "col"], [.text($0)]) })
    let rows = group.rows.map { row in
      HTML(
        "tr", [:],
        [HTML("th", ["scope": "row"], [.text(row.name)])]
          + zip(["original"] + group.columns, row.pictures).map { column, picture in
            HTML("td", [:], cell(picture, label: "\(row.name), \(column): \(picture.words)"))
          })
    }
    let table = HTML(
      "table", ["class": "samples"],
      [
        HTML("caption", ["class": "hidden"], [.text(group.title)]), HTML("thead", [:], [head]),
        HTML("tbody", [:], rows),
      ])
    return (isOnly ? [] : [HTML("h3", [:], [.text(group.title)])])
      + [.scrolling(table, label: "Sample images: \(group.title)")]
  }

  private func cell(_ picture: SampleImages.Picture, label: String) -> [HTML] {
    guard let png = try? encodePNG(picture.image, name: "a sample", keepAlpha: true) else {
      return [.text(picture.words)]
    }
    return [
      HTML(
        "img",
        [
          "src": "data:image/png;base64," + Data(png).base64EncodedString(), "alt": label,
          "width": "\(picture.image.width)", "height": "\(picture.image.height)",
        ]), HTML("span", ["class": "words"], [.text(picture.words)]),
    ]
  }
}
