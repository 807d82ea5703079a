import { ToggleButton } from 'react-aria-components';
import { useStore } from 'zustand';
import { usePages, useThemeControl } from '../explore/state/hooks.ts';
import { TakeAway } from '../export/Export.tsx';
import { ModelMenu } from '../models/ModelMenu.tsx';
import { Choice } from '../ui/Choice.tsx';
import { pages } from './page.ts';
import { Shortcuts } from './Shortcuts.tsx';
import type { ThemeChoice } from './theme.ts';

const themes: readonly { value: ThemeChoice; label: string }[] = [
  { value: 'auto', label: 'Auto' },
  { value: 'light', label: 'Light' },
  { value: 'dark', label: 'Dark' },
];

/** Title, pages, model, export, looks, and keyboard shortcuts. */
export function TopBar() {
  const theme = useThemeControl();
  const { choice, projector } = useStore(theme.store);
  const { store, leave } = usePages();
  const { page } = useStore(store);
  return (
    <header className="bar">
      <a className="skip" href={`#${page}`} onClick={leave}>
        {page === 'explore' ? 'Skip to the figure' : 'Skip to the page'}
      </a>
      <h1>H-Neuron Explorer</h1>
      <nav aria-label="Pages">
        {pages.map(({ name, title }) => (
          <a key={name} href={`#${name}`} aria-current={name === page ? 'page' : undefined} onClick={leave}>
            {title}
          </a>
        ))}
      </nav>
      <ModelMenu />
      <div className="bar-tools">
        {page === 'explore' && <TakeAway />}
        <ToggleButton className="toggle" isSelected={projector} onChange={theme.showOnProjector}>
          Projector
        </ToggleButton>
        <Choice label="Theme" quiet value={choice} options={themes} onChange={theme.choose} />
        <Shortcuts />
      </div>
    </header>
  );
}
