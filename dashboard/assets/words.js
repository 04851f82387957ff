// Words of the page: set in place, without the layout that Bokeh does for a pane.

export function render({ model, el }) {
  const say = () => { el.innerHTML = unbroken(model.html) }
  model.on("html", say)
  say()
}
