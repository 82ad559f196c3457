// Makes elements. Texts go in as texts: whatever a record holds, it never becomes markup.
const SVG = "http://www.w3.org/2000/svg";

export function make(tag, properties = {}, ...children) {
  return filled(document.createElement(tag), properties, children);
}

export function draw(tag, properties = {}, ...children) {
  return filled(document.createElementNS(SVG, tag), properties, children);
}

// A small word in a coloured field, apart from the text before it.
export function label(kind, ...words) {
  return [" ", make("span", { class: `tag ${kind}` }, ...words)];
}

// `on…` are listeners; true is an attribute without a value; false, null and undefined are left out.
function filled(element, properties, children) {
  for (const [name, value] of Object.entries(properties)) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (value === true) element.setAttribute(name, "");
    else if (value !== false && value !== null && value !== undefined) element.setAttribute(name, String(value));
  }
  element.append(...children.flat(Infinity).filter((child) => ![null, undefined, false, ""].includes(child)));
  return element;
}
