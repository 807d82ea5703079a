/**
 * A number with the word for what it counts: "1 neuron", "46,080 neurons".
 * @param many the plural where it is not the singular with an s
 */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${count.toLocaleString('en')} ${count === 1 ? one : many}`;
}
