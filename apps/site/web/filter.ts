/** How is the list of losses narrowed? By words that a loss is called by, here or in another library. */

/** Makes the field work. */
export function startFilter(place: HTMLElement): void {
  const input = place.querySelector("input")!;
  const status = place.querySelector("[role=status]")!;
  const cards = [...document.querySelectorAll<HTMLElement>(".cards li")];
  place.hidden = false;
  const narrow = (): void => {
    const words = input.value.toLowerCase().split(/\s+/).filter(Boolean);
    for (const card of cards) card.hidden = !words.every((word) => card.dataset["words"]!.includes(word));
    for (const family of document.querySelectorAll<HTMLElement>(".family")) {
      family.hidden = family.querySelector("li:not([hidden])") === null;
    }
    const left = cards.filter(({ hidden }) => !hidden).length;
    status.textContent = words.length === 0 ? "" : `${left} of ${cards.length}`;
  };
  input.addEventListener("input", narrow);
  // What was typed may still be there when someone comes back.
  narrow();
}
