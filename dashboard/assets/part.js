// What several parts need; stands in front of each part's own module.

// Hands the visitor a file.
const hand_over = (name, content, type = "") => {
  const link = document.createElement("a")
  link.href = URL.createObjectURL(new Blob([content], { type }))
  link.download = name
  link.click()
  URL.revokeObjectURL(link.href)
}

// What hears of several parameters hears once of a message that changes them.
const once = (callback) => {
  let due = false
  return () => {
    if (!due) queueMicrotask(() => { due = false; callback() })
    due = true
  }
}

// No line ends between a number and its unit. Text alone: names in attributes stay as they are.
const unbroken = (html) => html.replace(/(\d) (?=[%Åσ]|km\/s)(?![^<]*>)/g, "$1\u00a0")

const make = (tag, attributes = {}, ...children) => {
  const element = document.createElement(tag)
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== undefined && value !== null && value !== false) element.setAttribute(name, value)
  }
  element.append(...children)
  return element
}

// So that the arrow keys step through the list again; but one who chooses by them goes on choosing.
const let_go = (select) => { if (!select.matches(":focus-visible")) select.blur() }
