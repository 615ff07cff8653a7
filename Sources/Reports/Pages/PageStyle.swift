/// How a page looks around its drawings.
enum PageStyle {
  static var rules: String {
    (StyleSheet.rules(.automatic) + colors(.light) + "@media (prefers-color-scheme:dark){"
      + colors(.dark) + "}" + layout)
  }

  private static func colors(_ palette: Palette) -> String {
    ":root{--paper:\(palette.paper);--ink:\(palette.ink);--faint:\(palette.faint);--grid:\(palette.grid);"
      + "--axis:\(palette.axis);--accent:\(palette.accent);--second:\(palette.second)}"
  }

  private static let layout =
    """
    :root{color-scheme:light dark}
    *{box-sizing:border-box}
    body{margin:0;background:var(--paper);color:var(--ink);line-height:1.5;overflow-wrap:break-word;\
    font-family:"Helvetica Neue",Helvetica,Arial,"Liberation Sans","DejaVu Sans",sans-serif;font-size:16px}
    header,nav,main,footer{max-width:1180px;margin:0 auto;padding:0 20px}
    header{padding-top:28px}
    h1{font-size:1.75rem;line-height:1.2;margin:0 0 .3rem}
    h2{font-size:1.3rem;margin:2.6rem 0 .6rem;padding-top:.9rem;border-top:1px solid var(--grid)}
    h3{font-size:1.05rem;margin:1.6rem 0 .4rem}
    p{margin:.5rem 0;max-width:76ch}
    a{color:var(--accent);text-underline-offset:.15em}
    code{font-family:ui-monospace,"SFMono-Regular",Menlo,Consolas,"Liberation Mono","DejaVu Sans Mono",monospace;\
    font-size:.9em}
    pre{margin:.5rem 0;padding:.7rem .9rem;border:1px solid var(--grid);border-radius:6px;white-space:pre-wrap;\
    overflow-wrap:anywhere}
    .option{display:inline-block;max-width:100%}
    nav ul{display:flex;flex-wrap:wrap;gap:.2rem 1.2rem;list-style:none;margin:1rem 0 0;padding:0}
    nav a{display:inline-block;padding:.3rem 0}
    figure{margin:1rem 0 1.6rem}
    figcaption,.faded,.note{color:var(--faint);font-size:.92rem;max-width:88ch}
    figcaption{margin:.4rem 0}
    .drawing{display:block;height:auto;max-width:100%;min-width:640px}
    .drawing[width="1120"]{min-width:880px}
    .scroll{overflow-x:auto;max-width:100%;position:relative}
    a:focus-visible,summary:focus-visible,.scroll:focus-visible{outline:2px solid var(--accent);outline-offset:2px}
    details{margin:.4rem 0}
    summary{cursor:pointer;color:var(--accent);padding:.3rem 0}
    details .scroll{max-height:26rem;overflow-y:auto;border:1px solid var(--grid);border-radius:6px}
    table{border-collapse:collapse;font-size:.9rem;font-variant-numeric:tabular-nums}
    th,td{padding:.28rem .7rem;text-align:left;vertical-align:top;border-bottom:1px solid var(--grid)}
    thead th{color:var(--faint);font-weight:600}
    tbody th{font-weight:600}
    details table th,details table td{white-space:nowrap}
    .settings td{overflow-wrap:anywhere}
    .state{display:inline-block;padding:.1rem .6rem;border:1px solid currentColor;border-radius:1rem;\
    font-size:.9rem;font-weight:600}
    .state.finished{color:var(--accent)}.state.running,.state.stopped{color:var(--second)}
    .result{font-size:2.2rem;line-height:1.2;font-weight:600;margin:.4rem 0 0}
    .samples td,.samples th{border:0;padding:.25rem .4rem}
    .samples th{font-weight:600}
    .samples img{display:block;width:96px;height:auto;image-rendering:pixelated;background:#7d7a71}
    .samples .words{display:block;width:96px;font-size:.75rem;line-height:1.3;color:var(--faint);margin-top:.2rem}
    .hidden{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
    .skip{position:absolute;left:-999px;top:0}
    .skip:focus{left:8px;top:8px;padding:.4rem .8rem;background:var(--paper);z-index:1}
    footer{margin-top:3rem;padding-top:1rem;padding-bottom:2rem;border-top:1px solid var(--grid)}
    @media (max-width:600px){header,nav,main,footer{padding-left:14px;padding-right:14px}h1{font-size:1.4rem}\
    .result{font-size:1.7rem}th,td{padding:.28rem .5rem}.samples td,.samples th{padding:.2rem}\
    .samples img,.samples .words{width:64px}\
    .drawing,.drawing[width="1120"]{max-width:none;min-width:0}}
    @media print{nav,details:not([open]){display:none}.scroll{overflow:visible}.drawing{min-width:0}}
    """
    .replacing("\n", with: "")
}
