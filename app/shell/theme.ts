import { createStore } from 'zustand/vanilla';
import type { Theme } from '../charts/ramp.ts';

export type ThemeChoice = 'auto' | Theme;

interface ThemeState {
  readonly choice: ThemeChoice;
  readonly theme: Theme;
  /** Larger type and the full screen, for a projector. */
  readonly projector: boolean;
}

const storageKey = 'h-neurons.theme';

function stored(): ThemeChoice {
  try {
    const value = localStorage.getItem(storageKey);
    return value === 'light' || value === 'dark' ? value : 'auto';
  } catch {
    return 'auto';
  }
}

/**
 * The page's looks: the theme that the person chose, or what the system prefers, and whether it is for a projector. Where
 * the system forces its colours on pages, the theme is the system's, since charts in another one could not be read.
 * Writes `data-theme` and `data-projector` of the document.
 */
export function createTheme() {
  const dark = matchMedia('(prefers-color-scheme: dark)');
  const forced = matchMedia('(forced-colors: active)');
  const resolve = (choice: ThemeChoice): Theme =>
    choice === 'auto' || forced.matches ? (dark.matches ? 'dark' : 'light') : choice;
  const first = stored();
  const store = createStore<ThemeState>(() => ({
    choice: first,
    theme: resolve(first),
    projector: false,
  }));

  function apply(choice: ThemeChoice): void {
    const theme = resolve(choice);
    document.documentElement.dataset.theme = theme;
    store.setState({ choice, theme });
  }

  function setProjector(projector: boolean): void {
    document.documentElement.toggleAttribute('data-projector', projector);
    store.setState({ projector });
  }

  apply(first);
  document.addEventListener('fullscreenchange', () => {
    if (!document.fullscreenElement) setProjector(false);
  });
  for (const preference of [dark, forced])
    preference.addEventListener('change', () => apply(store.getState().choice));
  return {
    store,
    choose(choice: ThemeChoice): void {
      try {
        localStorage.setItem(storageKey, choice);
      } catch {
        // A browser that stores nothing still shows the theme.
      }
      apply(choice);
    },
    /** A browser that refuses the full screen still shows larger type. */
    showOnProjector(projector: boolean): void {
      setProjector(projector);
      if (projector) void document.documentElement.requestFullscreen?.().catch(() => undefined);
      else if (document.fullscreenElement) void document.exitFullscreen();
    },
  };
}

export type ThemeControl = ReturnType<typeof createTheme>;
