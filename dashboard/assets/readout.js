// Under the cursor: wavelength, flux, its error, segment and the nearest line in the corner of the
// spectrum; weight and what is left to chance in that of the weights.
const { x, y } = pixels.data
const { right, weight, shade } = bands.data
const box = document.getElementById("readout")
const below = document.getElementById("weighed")
if (!box) return // a spectrum alone, without the page around it
// Another spectrum or explanation under a cursor at rest: what is there now.
const at = cb_obj.x ?? Number(box.dataset.at ?? NaN)
if (Number.isNaN(at)) return
box.dataset.at = at
const nearest = (values) => {
  let low = 0, high = values.length - 1
  while (high - low > 1) {
    const middle = (low + high) >> 1
    if (values[middle] <= at) low = middle; else high = middle
  }
  return at - values[low] < values[high] - at ? low : high
}
const holds = (values) => values.length && at >= values[0] && at <= values[values.length - 1]
const seen = observed.data
if (!holds(x) && !holds(seen.x)) { box.textContent = below.textContent = ""; return }
const i = nearest(x)
const inside = holds(x)
const place = inside ? x[i] : seen.x[nearest(seen.x)]
const parts = [`${place.toFixed(pixels.tags[1] === "nm" ? 2 : 1)} ${pixels.tags[1]}`]
const filled_in = inside && filled.data.left.some((left, k) =>
  place >= left && place <= filled.data.right[k])
const flux = (value, error) => `flux ${value.toPrecision(4)}${error}`.replaceAll("-", "−")
const k = holds(seen.x) ? nearest(seen.x) : -1
const measured = k >= 0 && !filled_in && !Number.isNaN(seen.y[k])
const error = measured ? ` ± ${seen.error[k].toPrecision(2)}` : ""
if (inside) parts.push(flux(y[i], error))
else if (measured) parts.push(flux(seen.y[k], error))
if (filled_in) parts.push("filled in, not measured")
else if (k >= 0 && !measured) parts.push("no data")
let first = 0, last = right.length
while (first < last) {
  const middle = (first + last) >> 1
  if (right[middle] < place) first = middle + 1; else last = middle
}
const weighed = []
if (inside && weight[first]) {
  parts.push(`segment ${first + 1}`)
  const unit = bands.tags[2] || ""
  const size = Math.abs(weight[first]).toPrecision(3)
  // Above 2 are the shades of what goes the same way up and down.
  weighed.push(shade[first] >= 2
    ? `any change of 10 % ${weight[first] > 0 ? "raises" : "lowers"} it by ${size}`
    : `${weight[first] > 0 ? "+" : "−"}${size} ${unit}`)
  if (reasons.data.readout.length > first) weighed.push(reasons.data.readout[first])
}
let near = -1
for (let k = 0; k < lines.data.x.length; k++) {
  // within 600 km/s
  const away = Math.abs(lines.data.x[k] - place)
  if (away < 0.002 * place && (near < 0 || away < Math.abs(lines.data.x[near] - place))) near = k
}
if (near >= 0) parts.push(lines.data.name[near])
box.textContent = parts.join("  ·  ")
below.textContent = weighed.join("  ·  ")
