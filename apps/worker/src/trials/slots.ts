/** Numbers for what runs at the same time, from 1: the timeline of a run has one lane for each. */
export class SlotNumbers {
  private readonly taken = new Set<number>();

  /** The lowest number that is free. */
  take(): number {
    let number = 1;
    while (this.taken.has(number)) number++;
    this.taken.add(number);
    return number;
  }

  free(number: number): void {
    this.taken.delete(number);
  }
}
