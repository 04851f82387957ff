// The first page needs Bokeh and nothing else. Panel's extension, and those of Bokeh that it stands
// on, are another 1.1 MB of hundreds of models: they are fetched when the page is at rest, and at once
// when a document asks for a model that is not known. Even then an extension's modules are only kept;
// a model with a home below is evaluated alone, any other has its whole extension evaluated.
{
  // Panel imports modules through a shim; the browsers that have Bokeh's other needs can do it.
  window.spexplain = {}
  window.importShim = Object.assign((url) => import(url), { addImportMap: () => {} })

  const HOMES = {
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
  const run = (script, text) => {
    const running = document.createElement("script")
    running.textContent = text
    script.replaceWith(running)
  }
  const later = () => document.querySelectorAll("script[data-later]")
  // In the way of all else, for some 50 ms: a document is read in one go, and a tab that needs it
  // has just been opened.
  const fetch_now = () => {
    for (const script of later()) {
      const request = new XMLHttpRequest()
      request.open("GET", script.src, false)
      request.send()
      run(script, request.responseText)
    }
  }
  const fetch_at_rest = async () => {
    const texts = await Promise.all([...later()].map((script) => fetch(script.src).then((got) => got.text())))
    // In their order, unless a tab has been quicker.
    const scripts = [...later()]
    if (scripts.length === texts.length) scripts.forEach((script, k) => run(script, texts[k]))
  }
  spexplain.at_rest = () => setTimeout(() => requestIdleCallback(fetch_at_rest), 2000)

  resolver.get = (name) => {
    let found = known(name)
    if (found || registering) return found
    fetch_now()
    try {
      if (name in HOMES) register_models(Bokeh.require(HOMES[name]))
    } catch (error) {
      console.warn(`${name} has moved: ${error.message}`)
    }
    while (!(found = known(name)) && waiting.length) {
      Object.assign(Bokeh, Bokeh.require(waiting.shift()))
    }
    return found
  }
}
