/** Which of several items comes next? A binary heap. */

/** Returns what was put in, the smallest first. */
export interface Heap<T> {
  push(item: T): void;
  pop(): T | undefined;
}

/** An empty heap; `isLess` tells whether one comes before another. */
export function makeHeap<T>(isLess: (left: T, right: T) => boolean): Heap<T> {
  const items: T[] = [];
  const swap = (left: number, right: number): void => {
    const item = items[left]!;
    items[left] = items[right]!;
    items[right] = item;
  };
  const smallestOf = (at: number): number => {
    let smallest = at;
    for (const child of [2 * at + 1, 2 * at + 2])
      if (child < items.length && isLess(items[child]!, items[smallest]!)) smallest = child;
    return smallest;
  };
  return {
    push(item) {
      items.push(item);
      for (let at = items.length - 1; at > 0 && isLess(items[at]!, items[(at - 1) >> 1]!); at = (at - 1) >> 1)
        swap(at, (at - 1) >> 1);
    },
    pop() {
      if (items.length === 0) return undefined;
      swap(0, items.length - 1);
      const first = items.pop();
      for (let at = 0, next = smallestOf(0); next !== at; next = smallestOf(at)) {
        swap(at, next);
        at = next;
      }
      return first;
    },
  };
}
