import type { Tensor } from '../model/runtime/types.ts';
import type { LanguageModel } from '../model/types.ts';
import type { KvCache } from './kv-cache.ts';

/** Room is made in steps of this many positions. */
const ROOM_STEP = 16;

/** Keys and values of rows that begin and end at different times, at lengths of their own. */
export interface PoolCache {
  /** Makes room for so many positions a row, for the rows that are used; gives room back that is far from needed. */
  fit(length: number, used: number): void;
  /** The inputs, and the same tensors as outputs, of the first rows. */
  feeds(used: number): {
    readonly inputs: Readonly<Record<string, Tensor>>;
    readonly outputs: Readonly<Record<string, Tensor>>;
  };
  /** Copies the one row of a prompt's cache, for which there must be room. */
  put(row: number, prompt: KvCache): void;
  copy(from: number, to: number): void;
}

/**
 * Keys and values [rows, heads, room, size] of all layers, float32. The room is little more than the longest row needs:
 * ONNX Runtime's binding for Node hands out a copy of every output, also of one that was written in place, so a step
 * costs as much as the tensors are large.
 * @param positions that the room grows to at most
 */
export function poolCache(model: LanguageModel, rows: number, positions: number): PoolCache {
  const slots = model.io.cache.map((slot) => {
    const [, heads, , size] = slot.shape(1, positions);
    return { slot, heads, size, data: new Float32Array(rows * heads * positions * size) };
  });
  let room = Math.min(ROOM_STEP, positions);
  let tensors: Record<string, Tensor> = {};
  let views = '';

  /** Moves every head's positions to where they stand with another room. */
  function lay(next: number, used: number): void {
    const kept = Math.min(room, next);
    for (const { heads, size, data } of slots) {
      const count = used * heads;
      for (let i = 0; i < count; i++) {
        const piece = next > room ? count - 1 - i : i;
        const from = piece * room * size;
        data.copyWithin(piece * next * size, from, from + kept * size);
      }
    }
    room = next;
  }

  return {
    fit(length, used) {
      const needed = Math.min(positions, Math.ceil(length / ROOM_STEP) * ROOM_STEP);
      if (needed > room || needed + ROOM_STEP < room) lay(needed, used);
    },
    feeds(used) {
      const key = `${used} ${room}`;
      if (views !== key) {
        views = key;
        tensors = Object.fromEntries(
          slots.map(({ slot, heads, size, data }) => [
            slot.input,
            model.runtime.tensor('float32', data.subarray(0, used * heads * room * size), [
              used,
              heads,
              room,
              size,
            ]),
          ]),
        );
      }
      return {
        inputs: tensors,
        outputs: Object.fromEntries(model.io.cache.map(({ input, output }) => [output, tensors[input]])),
      };
    },
    put(row, prompt) {
      for (const { slot, heads, size, data } of slots) {
        const source = prompt.tensors.get(slot.input)?.data as Float32Array;
        const piece = prompt.length * size;
        for (let head = 0; head < heads; head++)
          data.set(source.subarray(head * piece, (head + 1) * piece), (row * heads + head) * room * size);
      }
    },
    copy(from, to) {
      for (const { heads, size, data } of slots) {
        const piece = heads * room * size;
        data.copyWithin(to * piece, from * piece, (from + 1) * piece);
      }
    },
  };
}
