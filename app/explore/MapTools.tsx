import { memo, type RefObject } from 'react';
import { ToggleButton } from 'react-aria-components';
import { Choice } from '../ui/Choice.tsx';
import { Tools } from '../ui/Tools.tsx';
import { useSession } from './state/hooks.ts';
import type { MapQuantity } from './state/slices/view.ts';
import { ZoomButtons } from './ZoomButtons.tsx';

const quantities: readonly { value: MapQuantity; label: string }[] = [
  { value: 'cett', label: 'Activation' },
  { value: 'difference', label: 'Difference' },
  { value: 'factor', label: 'Scales' },
];

interface Props {
  readonly quantity: MapQuantity;
  readonly selecting: boolean;
  readonly onSelecting: (selecting: boolean) => void;
  readonly canvas: RefObject<HTMLCanvasElement | null>;
}

/** What the neuron map shows, how it is zoomed and brushed. */
export const MapTools = memo(({ quantity, selecting, onSelecting, canvas }: Props) => {
  const { stores } = useSession();
  return (
    <div className="panel-tools">
      <Choice
        label="What the neuron map shows"
        quiet
        value={quantity}
        options={quantities}
        onChange={(next) => stores.view.setState({ quantity: next })}
      />
      <Tools label="Selection and zoom" className="tools">
        <ToggleButton className="toggle" isSelected={selecting} onChange={onSelecting}>
          Select
        </ToggleButton>
        <ZoomButtons canvas={canvas} />
      </Tools>
    </div>
  );
});
