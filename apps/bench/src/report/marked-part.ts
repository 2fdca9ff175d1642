/** Which part of a page does the bench write? What stands between two comments; the rest belongs to whoever writes the page. */

/** The comments before and after the part of this name. */
function marksOf(name: string): readonly [string, string] {
  return [`<!-- bench ${name} -->`, `<!-- end of bench ${name} -->`];
}

/** The page with this content between the comments of the part; throws `TypeError`, saying what to add, unless it has each of them once and in order. */
export function replacePart(page: string, name: string, content: string): string {
  const marks = marksOf(name);
  const [begin, end] = marks.map((mark) => page.indexOf(mark)) as [number, number];
  const isMarked = marks.every((mark) => page.split(mark).length === 2) && begin < end;
  if (!isMarked) {
    const counts = marks.map((mark) => `"${mark}" ${timesIn(page, mark)}`).join(" and ");
    throw new TypeError(`it has ${counts}; add each once, in this order, where the table is to stand`);
  }
  return `${page.slice(0, begin + marks[0].length)}\n\n${content}\n\n${page.slice(end)}`;
}

function timesIn(page: string, mark: string): string {
  const count = page.split(mark).length - 1;
  return count === 1 ? "once" : count === 0 ? "not at all" : `${count} times`;
}
