// Page translators put elements of their own around text, or in place of it. React holds on to its own nodes: text in a node that was taken
// out goes stale on the page, and taking out a node that is elsewhere now throws. So each of React's nodes that is taken away
// from its place comes back there, emptied, with the translation behind it; when React has something new to say, the translation goes.
//
// Text and numbers set in the face of data are not for translation at all (`translate="no"`).

/** What stands in for a text on the page. */
interface StandIn {
  readonly element: Element;
  /** The text that it stands for. */
  readonly text: string;
}

/** Set in the face of tokens and numbers. */
const DATA = '.num, .mono';

/** Watches all below `root` until the returned function is called. */
export function keepOwnNodes(root: HTMLElement): () => void {
  const places = new Places();
  const observer = new MutationObserver(records => {
    // A text that a translator has moved and changed was no text with a stand-in when it changed.
    for (const { type, target } of records) if (type === 'characterData') places.changed(target);
    for (const record of records) {
      for (const node of record.removedNodes) places.removed(node, record);
      for (const node of record.addedNodes) markData(node);
    }
    // What was just done is no news.
    observer.takeRecords();
  });
  markData(root);
  observer.observe(root, { childList: true, characterData: true, subtree: true });
  return () => observer.disconnect();
}

class Places {
  readonly #standIns = new WeakMap<Text, StandIn>();
  /** The text that an element stands in for. */
  readonly #owns = new WeakMap<Element, Text>();

  /** React has something new to say, or a translator has changed its mind: the text shows again. */
  changed(node: Node): void {
    if (node instanceof Text) this.#end(node);
  }

  removed(node: Node, record: MutationRecord): void {
    if (node instanceof Text && this.#standIns.has(node)) {
      // By React, for good; or it was put elsewhere, and speaks for itself there.
      const text = this.#end(node);
      if (node.data === '') node.data = text;
      return;
    }
    const own = node instanceof Element ? this.#owns.get(node) : undefined;
    if (own !== undefined) this.#takenBack(own, record);
    else if (node.parentNode !== record.target) this.#keep(node, record);
  }

  /** A foreign element has been taken out again: the text that it stood for comes back, once. */
  #takenBack(own: Text, record: MutationRecord): void {
    own.data = this.#end(own);
    for (const node of record.addedNodes) if (node instanceof Text && node !== own) node.remove();
  }

  /** One of React's nodes that a foreign element has taken the place of goes back there. React itself moves none to another parent. */
  #keep(node: Node, record: MutationRecord): void {
    const parent = record.target;
    const around = node.isConnected ? childAround(parent, node) : null;
    if (around !== null && !(node instanceof Text)) around.before(node);
    if (!(node instanceof Text)) return;
    const element = around ?? (node.isConnected ? null : this.#insteadOf(record));
    if (element === null) return;
    const { data } = node;
    if (around !== null) node.replaceWith(data);
    node.data = '';
    parent.insertBefore(node, element);
    this.#standIns.set(node, { element, text: data });
    this.#owns.set(element, node);
  }

  /** The element of a translator that was put where the node of this record was taken out. */
  #insteadOf({ target, addedNodes, previousSibling, nextSibling }: MutationRecord): Element | null {
    for (const node of [...addedNodes, previousSibling, nextSibling]) {
      const foreign = node instanceof Element && node.localName === 'font' && !this.#owns.has(node);
      if (foreign && node.parentNode === target) return node;
    }
    return null;
  }

  /** Nothing stands in for `own` any more. Returns what it said before. */
  #end(own: Text): string {
    const standing = this.#standIns.get(own);
    if (standing === undefined) return own.data;
    this.#standIns.delete(own);
    this.#owns.delete(standing.element);
    standing.element.remove();
    return standing.text;
  }
}

/** The child of `parent` that holds `node`. */
function childAround(parent: Node, node: Node): Element | null {
  let at: Node | null = node;
  while (at !== null && at.parentNode !== parent) at = at.parentNode;
  return at instanceof Element ? at : null;
}

function markData(node: Node): void {
  if (!(node instanceof Element) || node.closest('[translate="no"]') !== null) return;
  if (node.matches(DATA)) node.setAttribute('translate', 'no');
  for (const each of node.querySelectorAll(DATA)) each.setAttribute('translate', 'no');
}
