import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { keep, readKept } from '../../../app/link/kept.ts';

describe('what a tab keeps for a reload', () => {
  const kept = new Map<string, string>();
  const storage = {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => void kept.set(key, value),
    removeItem: (key: string) => void kept.delete(key),
  };
  beforeEach(() => {
    kept.clear();
    vi.stubGlobal('sessionStorage', storage);
  });
  afterEach(() => vi.unstubAllGlobals());

  it('comes back, and is dropped for undefined', () => {
    keep('a', { count: 3 });
    expect(readKept('a', z.object({ count: z.int() }))).toEqual({ count: 3 });
    keep('a', undefined);
    expect(readKept('a', z.object({ count: z.int() }))).toBeUndefined();
  });

  it('is left where it does not fit, or is no JSON', () => {
    keep('a', { count: 'three' });
    expect(readKept('a', z.object({ count: z.int() }))).toBeUndefined();
    kept.set('h-neurons.a', '{');
    expect(readKept('a', z.unknown())).toBeUndefined();
  });

  it('is nothing where the storage is full or forbidden', () => {
    const refuse = () => {
      throw new DOMException('refused', 'SecurityError');
    };
    vi.stubGlobal('sessionStorage', { getItem: refuse, setItem: refuse, removeItem: refuse });
    expect(() => keep('a', 1)).not.toThrow();
    expect(readKept('a', z.number())).toBeUndefined();
  });
});
