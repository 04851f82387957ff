// What belongs to a cell as a whole: its buttons, the keys held while one draws, what went wrong.

export function render({ model, el, view }) {
  const problem = document.getElementById("problem")
  const say = () => {
    problem.textContent = model.problem
    problem.hidden = !model.problem
  }
  let told = ""
  const held = (event) => {
    const now = event.shiftKey && event.altKey ? "intersect" : event.shiftKey ? "add" : event.altKey ? "subtract" : ""
    if (now !== told) model.send_msg({ held: now })
    told = now
  }
  const on_click = (event) => {
    const path = event.composedPath()
    const [button, , group] = path
    // What a drag over the plane does changes at once; the server hears of it besides.
    const plane = view.model.document.get_model_by_name("plane-figure")
    if (plane && group?.dataset?.name === "drag") plane.tags = [button.dataset.value]
    const pressed = path.find((where) => where.dataset?.do)
    if (pressed) model.send_msg({ do: pressed.dataset.do })
    if (event.target === problem) model.send_msg({ do: "heard" })
  }
  const on_key = ({ key }) => { if (key === "Escape") model.send_msg({ do: "unselect" }) }
  const unframe = (event) => { // as on the whole page: Bokeh frames a figure after every click
    const where = event.composedPath()[0]
    if (where.classList.contains("bk-events")) {
      const seen = event.type === "focusin" && where.matches(":focus-visible")
      where.style.outline = seen ? "2px solid var(--accent)" : "none"
      where.style.outlineOffset = "-2px"
    }
  }
  const lost = () => {
    problem.textContent = "This view has ended with its notebook's kernel: run the cell again."
    problem.hidden = false
  }

  document.addEventListener("pointerup", held, { capture: true })
  document.addEventListener("click", on_click)
  document.addEventListener("keydown", on_key)
  document.addEventListener("focusin", unframe)
  document.addEventListener("focusout", unframe)
  model.on("problem", say)
  view.model.document.on_event("connection_lost", lost)
  if (devicePixelRatio > 1) model.send_msg({ ratio: devicePixelRatio })
  say()
}
