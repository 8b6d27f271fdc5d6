/** Items joined into groups (union-find with path halving): joins and look-ups in near constant time. */
export class Groups {
  private readonly parent: Uint32Array;

  constructor(readonly size: number) {
    this.parent = Uint32Array.from({ length: size }, (_, index) => index);
  }

  /** Puts two items, and all that are with them, into one group. */
  join(a: number, b: number): void {
    const [rootA, rootB] = [this.find(a), this.find(b)];
    // The lower index leads, so that a group is named by its first item.
    this.parent[Math.max(rootA, rootB)] = Math.min(rootA, rootB);
  }

  /** First item of an item's group. */
  find(item: number): number {
    let at = item;
    while (this.parent[at] !== at) {
      const above = this.parent[this.parent[at] as number] as number;
      this.parent[at] = above;
      at = above;
    }
    return at;
  }

  /** Items of each group, in order. */
  members(): number[][] {
    const groups = new Map<number, number[]>();
    for (let item = 0; item < this.size; item++) {
      const root = this.find(item);
      const group = groups.get(root);
      if (group === undefined) groups.set(root, [item]);
      else group.push(item);
    }
    return [...groups.values()];
  }
}
