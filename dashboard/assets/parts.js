// The page's own components as models of Bokeh: each runs one small script (`render`) in its shadow
// root. Panel has components for this too, but they bring 1.1 MB of scripts, and each lays out the
// page anew when it is drawn; these are laid out by style sheets alone. The server's half is
// views/part_model.py; `scripts` and `sheets` hold the texts of the page by name.
{
  const { LayoutDOM, LayoutDOMView } = Bokeh.require("models/layouts/layout_dom")
  const { ModelEvent, server_event } = Bokeh.require("core/bokeh_events")
  const { register_models } = Bokeh.require("base")

  class Said extends ModelEvent {
    constructor(data) {
      super()
      this.data = data
    }
    get event_values() { return { model: this.origin, data: this.data } }
  }
  Said.prototype.event_name = "data_event"

  class Told extends Said {
    static from_values({ model, data }) {
      const told = new Told(data)
      told.origin = model
      return told
    }
  }
  server_event("spexplain_told")(Told)

  const adopted = new Map()
  const sheet = (name) => {
    if (!adopted.has(name)) {
      const made = new CSSStyleSheet()
      made.replaceSync(spexplain.sheets[name])
      adopted.set(name, made)
    }
    return adopted.get(name)
  }

  // Hands the visitor a file.
  spexplain.save = (name, content, type = "") => {
    const link = document.createElement("a")
    link.href = URL.createObjectURL(new Blob([content], { type }))
    link.download = name
    link.click()
    URL.revokeObjectURL(link.href)
  }

  // Bokeh draws a document in one go. Its first root is the plane: it is shown before any part is
  // drawn. A page in the background, which is given no frames, waits no longer than this.
  const PATIENCE_MS = 1000
  const frame = () => new Promise((done) => requestAnimationFrame(() => setTimeout(done)))
  const plots_shown = async () => {
    while ([...Bokeh.index.roots].some((view) => !view.has_finished())) await frame()
    for (const _ of ["drawn", "seen"]) await frame()
  }
  let shown = null
  const after_plots = () => shown ??= Promise.race([
    plots_shown(),
    new Promise((done) => setTimeout(done, PATIENCE_MS)),
  ])

  class PartView extends LayoutDOMView {
    get child_models() { return [] }

    async lazy_initialize() {
      await super.lazy_initialize()
      await after_plots()
    }

    // Its size is nobody's business but its own: nothing is measured.
    update_bbox() {
      this._is_displayed = true
      return false
    }
    compute_layout() {
      if (this.is_managed) super.compute_layout()
      else this._layout_computed = true
    }

    render() {
      super.render()
      this.shadow_el.adoptedStyleSheets = this.model.sheets.map(sheet)
      if (!this.box) {
        this.box = document.createElement("div")
        spexplain.scripts[this.model.esm]({ model: this.interface(), el: this.box, view: this })
      }
      this.box.style.width = "100%"
      this.box.style.height = this.model.sizing_mode === "stretch_both" ? "100%" : ""
      this.shadow_el.append(this.box)
    }

    after_render() {
      super.after_render()
      this.force_finished()
    }

    remove() {
      this.on_remove?.()
      super.remove()
    }

    // What a script sees of its model: its parameters as they are, `on` their changes, `send_msg`.
    interface() {
      const { model } = this
      const { data } = model
      // What hears of several parameters hears once of a message that changes them.
      const once = (callback) => {
        let due = false
        return () => {
          if (!due) queueMicrotask(() => { due = false; callback() })
          due = true
        }
      }
      const on = (names, callback) => {
        if (names === "msg:custom") { model.on_event(Told, ({ data }) => callback(data)); return }
        if (names === "remove") { this.on_remove = callback; return }
        const heard = Array.isArray(names) ? once(callback) : callback
        for (const name of [names].flat()) this.connect(data.properties[name].change, () => heard())
      }
      const send_msg = (said) => model.trigger_event(new Said(said))
      return new Proxy({ on, send_msg }, { get: (own, name) => own[name] ?? data[name] })
    }
  }

  class Part extends LayoutDOM {
    static __name__ = "Part"
    static __module__ = "spexplain"
    static {
      this.prototype.default_view = PartView
      this.define(({ Any, List, Str }) => ({
        _defs: [List(Any), []],
        class_name: [Str, ""],
        children: [List(Str), []],
        data: [Any, null],
        esm: [Str, ""],
        events: [List(Str), []],
        sheets: [List(Str), []],
      }))
    }
  }
  register_models({ Part })
}
