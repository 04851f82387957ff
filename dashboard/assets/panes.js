// The panes of the page can be dragged, by pointer or by keys; where they stand is remembered by this
// browser. A double click, or Home, takes the usual sizes again.
const KEPT = "spexplain-panes"
const LEAST = { width: 220, height: 120 }

const movable_panes = () => {
  const page = document.querySelector(".page")
  let kept = {}
  try { kept = JSON.parse(localStorage.getItem(KEPT)) ?? {} } catch { /* none, or not ours */ }

  const set = (name, value) => {
    if (value === null) page.style.removeProperty(name)
    else page.style.setProperty(name, value)
  }
  const bars = [...page.querySelectorAll(".split")]
  const state = () => {
    const share = kept.plane ?? null
    set("--plane", share === null ? null : `${share}fr`)
    set("--spectrum", share === null ? null : `${1 - share}fr`)
    set("--drawer", kept.drawer ? `${kept.drawer}px` : null)
    for (const bar of bars) bar.setAttribute("aria-valuenow", String(Math.round(now(bar))))
  }
  const box = (name) => page.querySelector(name).getBoundingClientRect()
  const upright = (bar) => bar.dataset.pane === "plane"
  // Percent that the pane before the bar has of both.
  const now = (bar) => {
    if (upright(bar)) return 100 * box(".plane").width / (box(".plane").width + box(".spectrum").width)
    return 100 * box(".plane").height / (box(".plane").height + box(".drawer").height)
  }
  const move = (bar, x, y) => {
    if (upright(bar)) {
      const [from, to] = [box(".plane").left, box(".spectrum").right]
      const at = Math.min(Math.max(x, from + LEAST.width), to - LEAST.width)
      kept.plane = Number(((at - from) / (to - from)).toFixed(4))
    } else {
      const { bottom } = box(".drawer")
      const { top } = box(".plane")
      kept.drawer = Math.round(Math.min(Math.max(bottom - y, LEAST.height), bottom - top - LEAST.height))
    }
    state()
  }
  const keep = () => {
    try { localStorage.setItem(KEPT, JSON.stringify(kept)) } catch { /* a browser that keeps nothing */ }
  }
  const usual = (bar) => { delete kept[upright(bar) ? "plane" : "drawer"]; state(); keep() }

  for (const bar of bars) {
    let held = false
    bar.addEventListener("pointerdown", (event) => {
      held = true
      bar.setPointerCapture(event.pointerId)
      event.preventDefault()
    })
    bar.addEventListener("pointermove", (event) => { if (held) move(bar, event.clientX, event.clientY) })
    for (const over of ["pointerup", "pointercancel"]) {
      bar.addEventListener(over, () => { if (held) keep(); held = false })
    }
    bar.addEventListener("dblclick", () => usual(bar))
    bar.addEventListener("keydown", (event) => {
      const by = { ArrowRight: [24, 0], ArrowLeft: [-24, 0], ArrowDown: [0, 24], ArrowUp: [0, -24] }[event.key]
      if (event.key === "Home") usual(bar)
      else if (by) {
        const { left, top, width, height } = bar.getBoundingClientRect()
        move(bar, left + width / 2 + by[0], top + height / 2 + by[1])
        keep()
      } else return
      event.preventDefault()
      event.stopPropagation() // the arrows step through no list from here
    })
  }
  state()
}
