// Bokeh's extensions hold hundreds of models and evaluate them all as they load, which took half of
// the time to the first plot. The page names a handful. So an extension's modules are only kept when
// it loads, and a model is evaluated when a document first asks for it; one that has no home below
// has its whole extension evaluated, as without this script. Scripts marked data-later, which
// only the whole of Panel's extension needs, are fetched then.
{
  // Panel imports modules through a shim; the browsers that have Bokeh's other needs can do it.
  window.importShim = Object.assign((url) => import(url), { addImportMap: () => {} })

  const HOMES = {
    "panel.models.esm.ReactiveESM": "models/reactive_esm",
    "panel.models.layout.Column": "models/column",
    "panel.models.markup.HTML": "models/html",
  }
  const { default_resolver: resolver, register_models } = Bokeh.require("base")
  const [known, register] = [resolver.get.bind(resolver), Bokeh.register_plugin]
  const waiting = []

  Bokeh.register_plugin = (modules, entry, aliases, externals) => {
    const nothing = `${entry}, kept`
    register({ ...modules, [nothing]: () => {} }, nothing, aliases, externals)
    waiting.push(entry)
  }
  // A model being registered is looked up too, but not asked for.
  let registering = false
  const { prototype } = resolver.constructor
  const add = prototype.register
  prototype.register = function (...model) {
    registering = true
    add.apply(this, model)
    registering = false
  }
  // In the way of all else, for some 20 ms: a document is read in one go, and a tab that needs it
  // has just been opened.
  const fetch_later = () => {
    const kept = waiting.splice(0)
    for (const script of document.querySelectorAll("script[data-later]")) {
      const request = new XMLHttpRequest()
      request.open("GET", script.src, false)
      request.send()
      const running = document.createElement("script")
      running.textContent = request.responseText
      script.replaceWith(running)
    }
    waiting.push(...kept)
  }
  resolver.get = (name) => {
    let found = known(name)
    if (found || registering) return found
    try {
      if (name in HOMES) register_models(Bokeh.require(HOMES[name]))
    } catch (error) {
      console.warn(`${name} has moved: ${error.message}`)
    }
    while (!(found = known(name)) && waiting.length) {
      if (waiting.length === 1) fetch_later()
      Object.assign(Bokeh, Bokeh.require(waiting.shift()))
    }
    return found
  }
}
