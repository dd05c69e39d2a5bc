/** Making and finding elements. Attributes only: the page's policy forbids inline styles and scripts. */

/**
 * @param {Element} element @param {Record<string, string | number | boolean | null | undefined>} attributes
 *     true sets an empty attribute; false, null and undefined remove it
 */
export function set(element, attributes) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === false || value === null || value === undefined) element.removeAttribute(name);
    else {
      const text = value === true ? "" : String(value);
      if (element.getAttribute(name) !== text) element.setAttribute(name, text);
    }
  }
}

/**
 * @param {string} tag @param {Record<string, string | number | boolean | null>} [attributes]
 * @param {...(Node | string)} children @returns {HTMLElement}
 */
export function html(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  set(element, attributes);
  element.append(...children);
  return element;
}

/**
 * @param {string} tag @param {Record<string, string | number | boolean | null>} [attributes]
 * @param {...(Node | string)} children @returns {SVGElement}
 */
export function svg(tag, attributes = {}, ...children) {
  const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
  set(element, attributes);
  element.append(...children);
  return element;
}

/** @param {string} id @returns {HTMLElement} the element of the page that has this id */
export function byId(id) {
  const element = document.getElementById(id);
  if (!element) throw new Error(`the page has no element ${id}`);
  return element;
}

/** Change a text only where it differs, so that a screen reader hears no news that is none.
 * @param {Element} element @param {string} text */
export function say(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/** How many pixels one unit of the drawings takes: they grow with the page's type. @returns {number} */
export const unit = () => parseFloat(getComputedStyle(document.documentElement).fontSize) / 16;
