import { useEffect, useMemo, useRef, useState } from 'react';
import {
  Cell,
  Column,
  Input,
  Label,
  Row,
  SearchField,
  type SortDescriptor,
  Table,
  TableBody,
  TableHeader,
} from 'react-aria-components';
import { Choice } from '../ui/Choice.tsx';
import { useNarrow } from '../ui/useNarrow.ts';
import { type CatalogueModel, catalogue } from './catalogue.ts';
import {
  type CatalogueRow,
  catalogueRow,
  catalogueRows,
  type RowKind,
  type RowOrder,
} from './catalogue-rows.ts';
import { useDeviceFacts } from './device-facts.ts';
import { HubOffer } from './HubOffer.tsx';
import { aboutBytesText, parametersText } from './sizes.ts';

const kinds: readonly { value: RowKind; label: string }[] = [
  { value: 'all', label: 'All' },
  { value: 'chat', label: 'Chat' },
  { value: 'base', label: 'Base' },
];

/** Short for what the engine says of a model that does not fit without more. */
const fitWords = { yes: '', tight: 'tight', no: 'too large' } as const;

/** Models to begin with, as a list that is sorted and filtered; beside it what the Hub has of the chosen one. */
export function Catalogue() {
  const [words, setWords] = useState('');
  const [kind, setKind] = useState<RowKind>('all');
  const [sort, setSort] = useState<SortDescriptor>({ column: 'parameters', direction: 'ascending' });
  const [chosen, setChosen] = useState<CatalogueModel>();
  const offer = useRef<HTMLElement>(null);
  const device = useDeviceFacts();
  // A cell that was there but hidden could have the focus.
  const narrow = useNarrow();
  const rows = useMemo(
    () =>
      catalogueRows(catalogue, device, {
        words,
        kind,
        order: sort.column as RowOrder,
        down: sort.direction === 'descending',
      }),
    [device, words, kind, sort],
  );
  useEffect(() => {
    if (chosen) offer.current?.scrollIntoView({ block: 'nearest' });
  }, [chosen]);
  return (
    <div className="catalogue">
      <div className="catalogue-list">
        <div className="catalogue-tools">
          <SearchField className="search" value={words} onChange={setWords}>
            <Label>Find</Label>
            <Input placeholder="name or licence" />
          </SearchField>
          <Choice label="Kind" quiet value={kind} options={kinds} onChange={setKind} />
          <span className="muted" role="status">
            {rows.length} of {catalogue.length} models
          </span>
        </div>
        <div className="catalogue-scroll">
          <Table
            aria-label="Models"
            selectionMode="single"
            disallowEmptySelection
            escapeKeyBehavior="none"
            selectedKeys={chosen ? [chosen.repository] : []}
            onSelectionChange={(keys) => {
              const [key] = keys === 'all' ? [] : [...keys];
              const found = catalogue.find(({ repository }) => repository === key);
              if (found) setChosen(found);
            }}
            sortDescriptor={sort}
            onSortChange={setSort}
          >
            <TableHeader>
              <Column id="name" isRowHeader allowsSorting>
                Model
              </Column>
              {!narrow && <Column id="kind">Kind</Column>}
              <Column id="parameters" allowsSorting>
                Parameters
              </Column>
              {!narrow && (
                <Column id="neurons" allowsSorting>
                  Layers × neurons
                </Column>
              )}
              <Column id="download" allowsSorting>
                Download, about
              </Column>
              {!narrow && (
                <Column id="memory" allowsSorting>
                  Memory, about
                </Column>
              )}
              {!narrow && <Column id="licence">Licence</Column>}
            </TableHeader>
            <TableBody renderEmptyState={() => 'No model has these words; the Hub has more.'}>
              {rows.map(({ model, precision, download, memory, fits }) => (
                <Row key={model.repository} id={model.repository}>
                  <Cell>{model.name}</Cell>
                  {!narrow && <Cell>{model.chat ? 'chat' : 'base'}</Cell>}
                  <Cell>{parametersText(model.parameters)}</Cell>
                  {!narrow && (
                    <Cell>
                      {model.layers} × {model.neurons.toLocaleString('en')}
                    </Cell>
                  )}
                  <Cell>
                    {aboutBytesText(download)} <small>{precision}</small>
                  </Cell>
                  {!narrow && (
                    <Cell>
                      {aboutBytesText(memory)} <small data-fits={fits}>{fitWords[fits]}</small>
                    </Cell>
                  )}
                  {!narrow && <Cell>{model.licence}</Cell>}
                </Row>
              ))}
            </TableBody>
          </Table>
        </div>
        <p className="muted">
          Larger models know more and answer more slowly. Sizes are computed from the number of parameters
          (weights) for the precision that suits{' '}
          {device.kind === 'webgpu' ? 'your graphics card' : 'your processor'}; the Hub tells the exact ones.
        </p>
      </div>
      <section className="catalogue-chosen" aria-label="Chosen model" ref={offer}>
        {chosen ? (
          <>
            <HubOffer
              key={chosen.repository}
              wanted={{ repository: chosen.repository }}
              title={chosen.name}
              about={
                chosen.chat
                  ? 'Trained to answer questions: it has a chat template.'
                  : 'A base model: it has no chat template and goes on with your text.'
              }
            />
            {narrow && <LeftOut {...catalogueRow(chosen, device)} />}
          </>
        ) : (
          <p className="muted">
            Choose a model to see what the Hugging Face Hub has of it. Nothing large is fetched before you say
            so.
          </p>
        )}
      </section>
    </div>
  );
}

/** What a narrow list leaves out of the chosen model's row. */
function LeftOut({ model, precision, download, memory, fits }: CatalogueRow) {
  return (
    <dl className="facts">
      <dt>Layers × neurons</dt>
      <dd>
        {model.layers} × {model.neurons.toLocaleString('en')}
      </dd>
      <dt>Download, about</dt>
      <dd>
        {aboutBytesText(download)} {precision}
      </dd>
      <dt>Memory, about</dt>
      <dd>
        {aboutBytesText(memory)} {fitWords[fits]}
      </dd>
      <dt>Licence</dt>
      <dd>{model.licence}</dd>
    </dl>
  );
}
