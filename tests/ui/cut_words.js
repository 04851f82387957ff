// What no reader can read: words cut by an edge that does not scroll, or lying over others.
() => {
  const wrong = new Set()
  const seen = { opacityProperty: true, visibilityProperty: true }
  const above = (node) => node.assignedSlot ?? node.parentElement ?? node.getRootNode().host
  const scrolls = (overflow) => ["auto", "scroll"].includes(overflow)
  const texts = []
  const gather = (root) => {
    const walker = document.createTreeWalker(root, NodeFilter.SHOW_ELEMENT | NodeFilter.SHOW_TEXT)
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      if (node.nodeType === Node.TEXT_NODE) {
        const home = node.parentElement
        if (!home || !node.data.trim() || home.matches("style, script, option, noscript")) continue
        if (home.checkVisibility(seen)) texts.push(node)
        continue
      }
      if (node.shadowRoot) gather(node.shadowRoot)
      if (node.matches("input:not([type=range], [type=color], [type=checkbox])")
        && node.checkVisibility(seen) && node.scrollWidth > node.clientWidth + 1) {
        wrong.add(`in an entry: ${node.value}`)
      }
    }
  }
  gather(document.body)
  const boxes = []
  for (const node of texts) {
    const words = node.data.trim().slice(0, 40)
    const range = document.createRange()
    range.selectNodeContents(node)
    for (const { left, right, top, bottom } of range.getClientRects()) {
      if (right - left < 2 || bottom - top < 2) continue
      const box = { left, right, top, bottom, node, words, sticky: false }
      for (let at = node.parentElement; at; at = above(at)) {
        const style = getComputedStyle(at)
        if (["contents", "inline"].includes(style.display)) continue
        if (style.position === "sticky") box.sticky = true
        const edge = at.getBoundingClientRect()
        if (style.overflowX !== "visible") {
          const beyond = Math.max(edge.left - box.left, box.right - edge.right)
          // A list's words end in an ellipsis, and are whole under the pointer.
          if (beyond > 1.5 && !scrolls(style.overflowX) && !at.matches("td[title]")) wrong.add(`cut at a side: ${words}`)
          box.left = Math.max(box.left, edge.left)
          box.right = Math.min(box.right, edge.right)
        }
        if (style.overflowY !== "visible") {
          const beyond = Math.max(edge.top - box.top, box.bottom - edge.bottom)
          if (beyond > 2 && !scrolls(style.overflowY)) wrong.add(`cut in height: ${words}`)
          box.top = Math.max(box.top, edge.top)
          box.bottom = Math.min(box.bottom, edge.bottom)
        }
        if (style.position === "fixed") break
      }
      // A line's box is taller than its letters.
      const air = 0.15 * (bottom - top)
      box.top = Math.max(box.top, top + air)
      box.bottom = Math.min(box.bottom, bottom - air)
      if (box.right - box.left > 1 && box.bottom - box.top > 1) boxes.push(box)
    }
  }
  for (const [at, a] of boxes.entries()) {
    for (const b of boxes.slice(0, at)) {
      if (a.node === b.node || a.sticky !== b.sticky) continue
      const across = Math.min(a.right, b.right) - Math.max(a.left, b.left)
      const down = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top)
      if (across > 1.5 && down > 1.5) wrong.add(`${a.words} over ${b.words}`)
    }
  }
  // Names of axes, which are drawn and no text: along the axis there must be room for them.
  const pen = document.createElement("canvas").getContext("2d")
  for (const name of ["flux-figure", "weight-figure", "residual-figure", "zoom-Hβ-figure"]) {
    const figure = Bokeh.documents[0].get_model_by_name(name)
    for (const axis of figure?.left.filter((one) => one.axis_label && one.visible) ?? []) {
      pen.font = `${axis.axis_label_text_font_size} ${axis.axis_label_text_font}`
      const long = pen.measureText(axis.axis_label).width
      if (long > figure.outer_height) wrong.add(`longer than its axis: ${axis.axis_label}`)
    }
  }
  return [...wrong]
}
