// Under the cursor: wavelength, flux, weight, segment and the nearest line, in the figure's corner.
const { x, y } = pixels.data
const { right, weight, shade } = bands.data
const box = document.getElementById("readout")
if (!box) return // a spectrum alone, without the page around it
const at = cb_obj.x
if (!x.length || at < x[0] || at > x[x.length - 1]) { box.textContent = ""; return }
let low = 0, high = x.length - 1
while (high - low > 1) {
  const middle = (low + high) >> 1
  if (x[middle] <= at) low = middle; else high = middle
}
const i = at - x[low] < x[high] - at ? low : high
const parts = [`${x[i].toFixed(1)} ${x[i] > 2000 ? "Å" : "nm"}`, `flux ${y[i].toPrecision(4)}`]
let first = 0, last = right.length
while (first < last) {
  const middle = (first + last) >> 1
  if (right[middle] < x[i]) first = middle + 1; else last = middle
}
if (weight[first]) {
  const unit = bands.tags[2] || ""
  const size = Math.abs(weight[first]).toPrecision(3)
  // Above 2 are the shades of what goes the same way up and down.
  parts.push(shade[first] >= 2
    ? `any change of 10 % ${weight[first] > 0 ? "raises" : "lowers"} it by ${size}`
    : `${weight[first] > 0 ? "+" : "−"}${size} ${unit}`)
  parts.push(`segment ${first + 1}`)
  if (reasons.data.told.length > first) parts.push(reasons.data.told[first])
}
let near = -1
for (let k = 0; k < lines.data.x.length; k++) {
  // within 600 km/s
  const away = Math.abs(lines.data.x[k] - x[i])
  if (away < 0.002 * x[i] && (near < 0 || away < Math.abs(lines.data.x[near] - x[i]))) near = k
}
if (near >= 0) parts.push(lines.data.name[near])
box.textContent = parts.join("  ·  ")
