import { memo } from 'react';
import { ToggleButton } from 'react-aria-components';
import { Choice } from '../ui/Choice.tsx';
import { Tools } from '../ui/Tools.tsx';
import { ColourMenu } from './ColourMenu.tsx';
import { useSession } from './state/hooks.ts';
import type { ViewState } from './state/slices/view.ts';
import { useTokenView } from './useTokenColumns.ts';

const layouts: readonly { value: ViewState['layout']; label: string }[] = [
  { value: 'columns', label: 'Aligned' },
  { value: 'text', label: 'Text' },
];

/** How the token strips are coloured and laid out. */
export const TokenTools = memo(() => {
  const { stores } = useSession();
  const view = useTokenView();
  return (
    <div className="panel-tools">
      <ColourMenu />
      <Choice
        label="Layout of the answers"
        quiet
        value={view.layout}
        options={layouts}
        onChange={(layout) => stores.view.setState({ layout })}
      />
      <Tools label="What the tokens show" className="tools">
        <ToggleButton
          className="toggle"
          isSelected={view.prompt}
          onChange={(prompt) => stores.view.setState({ prompt })}
        >
          Prompt
        </ToggleButton>
        <ToggleButton
          className="toggle"
          isSelected={view.spaces}
          onChange={(spaces) => stores.view.setState({ spaces })}
        >
          Spaces
        </ToggleButton>
      </Tools>
    </div>
  );
});
