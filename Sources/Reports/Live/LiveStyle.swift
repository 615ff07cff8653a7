/// How the line at the top of a live page looks.
enum LiveStyle {
  /// The rules, beside those of ``PageStyle``.
  static let rules =
    """
    html{overflow-anchor:none;scroll-padding-top:3.2rem}\
    .live{position:sticky;top:0;z-index:1;background:var(--paper);border-bottom:1px solid var(--grid)}\
    .live>div{max-width:1180px;margin:0 auto;padding:.4rem 20px;display:flex;flex-wrap:wrap;gap:.1rem .9rem;\
    align-items:center;font-size:.9rem}\
    .live p{margin:0;max-width:none;font-size:.9rem}\
    .live p:empty,.live [hidden]{display:none}\
    .dot{flex:none;width:.6rem;height:.6rem;border-radius:50%;border:2px solid var(--faint)}\
    [data-state=running] .dot{background:var(--accent);border-color:var(--accent)}\
    [data-state=finished] .dot{border-color:var(--accent)}\
    [data-state=lost] .dot,[data-state=stopped] .dot,[data-state=unreadable] .dot{border-color:var(--second)}\
    [data-state=lost] #live-words{color:var(--second);font-weight:600}\
    #live-progress{display:flex;align-items:center;gap:.5rem;color:var(--faint)}\
    #live-time{margin-left:auto}\
    progress{appearance:none;width:7rem;height:.4rem;border:0;border-radius:1rem;background:var(--grid);overflow:hidden}\
    progress::-webkit-progress-bar{background:var(--grid)}\
    progress::-webkit-progress-value{background:var(--accent)}\
    progress::-moz-progress-bar{background:var(--accent)}\
    @media (max-width:600px){.live>div{padding:.4rem 14px}progress{width:4rem}#live-time{margin-left:0}}\
    @media print{.live{display:none}}
    """
}
