/** The key with which one may teach where that is not free: it comes with a link, and stays in this tab. */

const NAME = "pigate-key";

let key = stored();
take();
addEventListener("hashchange", take);

/** @returns {string} the key; empty where there is none */
export const theKey = () => key;

/** Forget a key that opens nothing. */
export const forgetKey = () => keep("");

/** Take the key out of the address, where others would read it, or get it with the address. */
function take() {
  const said = new URLSearchParams(location.hash.slice(1));
  const given = said.get("key");
  if (given === null) return;
  said.delete("key");
  const rest = String(said);
  history.replaceState(null, "", location.pathname + location.search + (rest && `#${rest}`));
  keep(given);
}

/** @param {string} next */
function keep(next) {
  key = next;
  try {
    sessionStorage.setItem(NAME, next);
  } catch {
    // The key is forgotten with the page.
  }
}

/** @returns {string} */
function stored() {
  try {
    return sessionStorage.getItem(NAME) ?? "";
  } catch {
    return ""; // refused
  }
}
