import { describe, expect, it } from 'vitest';
import { wholeView } from '../../../app/charts/map-view.ts';
import { neuronAfterKey, viewAfterKey } from '../../../app/explore/mapKeys.ts';
import { moved } from '../../../app/explore/move.ts';
import {
  type KeyPress,
  keyLabels,
  type Place,
  type PressedKey,
  places,
  shortcutOf,
  shortcuts,
} from '../../../app/shell/shortcuts.ts';

const nothingHeld = { ctrlKey: false, metaKey: false, altKey: false, shiftKey: false };
const pressed = (key: string, held: Partial<PressedKey> = {}): PressedKey => ({
  ...nothingHeld,
  key,
  ...held,
});

const written = (press: KeyPress) => keyLabels(press, false).join('+');
const keysAt = (place: Place) =>
  shortcuts.filter((shortcut) => shortcut.place === place).flatMap(({ keys }) => keys);

/** Keys that something might be made of: signs, digits and letters, and those with names. */
const allKeys = [
  ...Array.from({ length: 95 }, (_, i) => String.fromCharCode(32 + i)),
  ...['ArrowLeft', 'ArrowRight', 'ArrowUp', 'ArrowDown', 'Home', 'End', 'PageUp', 'PageDown'],
  ...['Enter', 'Escape', 'Tab', 'Backspace', 'Delete', 'F1'],
];

describe('the list of shortcuts', () => {
  it('has no key twice in one place, nor one of every page again on a single page', () => {
    for (const { name } of places) {
      const keys = keysAt(name).map(written);
      expect(keys.length, name).toBeGreaterThan(0);
      expect(new Set(keys).size, `${name}: ${keys.join(' ')}`).toBe(keys.length);
    }
    const single = keysAt('explore').map(written);
    expect(
      keysAt('everywhere')
        .map(written)
        .filter((key) => single.includes(key)),
    ).toEqual([]);
  });

  it('says of each what it does', () => {
    for (const { words, keys } of shortcuts) {
      expect(words).toMatch(/^[A-Z].+[^.]$/);
      expect(keys.length, words).toBeGreaterThan(0);
    }
    for (const { title } of places) expect(title).toMatch(/^(On|In) /);
  });

  it('has the keys by which tokens are walked, and no others', () => {
    const walks = allKeys.filter((key) => moved({ lane: 1, position: 5 }, key, 0, 9) !== undefined);
    const listed = keysAt('tokens').map(({ key }) => key);
    expect(listed.filter((key) => key !== 'Enter' && key !== ' ').sort()).toEqual(walks.sort());
  });

  it('has the keys of the neuron map, and no others', () => {
    const layout = { widths: [64, 64], offsets: [0, 64], total: 128 };
    const size = { width: 640, height: 100 };
    const whole = wholeView(layout);
    /** What + and - are on a keyboard without or with Shift. */
    const sameKeys = new Set(['=', '_']);
    const moves = allKeys.filter((key) => viewAfterKey(key, whole, layout, size) !== undefined);
    const listed = keysAt('map').filter(({ key }) => key !== 'Enter');
    const plain = listed.filter(({ shift }) => !shift).map(({ key }) => key);
    expect(plain.sort()).toEqual(moves.filter((key) => !sameKeys.has(key)).sort());
    const points = allKeys.filter((key) => neuronAfterKey(key, undefined, whole, layout, size) !== undefined);
    const held = listed.filter(({ shift }) => shift).map(({ key }) => key);
    expect(held.sort()).toEqual(points.sort());
    const selecting = keysAt('selecting').map(({ key }) => key);
    expect(selecting.filter((key) => key !== ' ').sort()).toEqual(points.sort());
  });
});

describe('shortcutOf', () => {
  const calls = (event: PressedKey, page: 'explore' | 'impact' = 'explore', typing = false) =>
    shortcutOf(event, page, typing)?.calls;

  it('finds the shortcuts of the window', () => {
    expect(calls(pressed('?', { shiftKey: true }))).toBe('showShortcuts');
    expect(calls(pressed('?'))).toBe('showShortcuts');
    expect(calls(pressed('z', { ctrlKey: true }))).toBe('undo');
    expect(calls(pressed('Z', { metaKey: true, shiftKey: true }))).toBe('redo');
    expect(calls(pressed('y', { ctrlKey: true }))).toBe('redo');
    expect(calls(pressed('Escape'))).toBe('closeUppermost');
  });

  it('finds none for other keys, or with others held', () => {
    const plain = allKeys.filter((key) => key !== '?' && key !== 'Escape');
    expect(plain.filter((key) => calls(pressed(key)) !== undefined)).toEqual([]);
    expect(calls(pressed('?', { ctrlKey: true }))).toBeUndefined();
    expect(calls(pressed('z', { ctrlKey: true, altKey: true }))).toBeUndefined();
    expect(calls(pressed('Escape', { shiftKey: true }))).toBeUndefined();
  });

  it('knows the page', () => {
    expect(calls(pressed('?'), 'impact')).toBe('showShortcuts');
    expect(calls(pressed('z', { ctrlKey: true }), 'impact')).toBeUndefined();
    expect(calls(pressed('Escape'), 'impact')).toBeUndefined();
  });

  it('leaves a text that is being typed alone, but for Escape', () => {
    expect(calls(pressed('?'), 'explore', true)).toBeUndefined();
    expect(calls(pressed('z', { ctrlKey: true }), 'explore', true)).toBeUndefined();
    expect(calls(pressed('Escape'), 'explore', true)).toBe('closeUppermost');
  });
});

describe('keyLabels', () => {
  it('writes what stands on the keys', () => {
    expect(keyLabels({ key: 'z', ctrl: true, shift: true }, false)).toEqual(['Ctrl', 'Shift', 'Z']);
    expect(keyLabels({ key: 'z', ctrl: true }, true)).toEqual(['⌘', 'Z']);
    expect(keyLabels({ key: ' ' }, false)).toEqual(['Space']);
    expect(keyLabels({ key: 'ArrowLeft' }, false)).toEqual(['←']);
  });
});
