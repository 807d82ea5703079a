import type { Separator } from '../../src/identify/import/answer-cell.ts';
import type { ColumnMapping } from '../../src/identify/import/columns.ts';
import type { Table } from '../../src/identify/import/table.ts';
import { Pick } from '../controls/Pick.tsx';

interface Props {
  readonly table: Table;
  readonly mapping: Partial<ColumnMapping>;
  readonly onChange: (mapping: Partial<ColumnMapping>) => void;
}

const joined: readonly { value: Separator | 'auto'; label: string }[] = [
  { value: 'auto', label: 'as the column looks' },
  { value: '', label: 'nothing: one answer' },
  { value: ';', label: 'semicolons' },
  { value: '|', label: 'bars' },
];

/** Which column holds the question, the answers and the group; guessed first, and put right here. */
export function MappingFields({ table, mapping, onChange }: Props) {
  const columns = table.columns.map(({ path, samples }) => ({
    value: path,
    label: samples[0] ? `${path} (${samples[0].slice(0, 30)})` : path,
  }));
  const options = [{ value: '', label: 'none' }, ...columns];
  const chosen = (path: string) => (path === '' ? undefined : path);
  const { question = '', answers = '', aliases: [alias = ''] = [], group = '', separator } = mapping;
  return (
    <div className="mapping">
      <Pick
        label="Question"
        value={question}
        options={options}
        onChange={(path) => onChange({ ...mapping, question: chosen(path) })}
      />
      <Pick
        label="Accepted answers"
        value={answers}
        options={options}
        onChange={(path) => onChange({ ...mapping, answers: chosen(path) })}
      />
      <Pick
        label="Further accepted answers"
        value={alias}
        options={options}
        onChange={(path) => onChange({ ...mapping, aliases: path === '' ? undefined : [path] })}
      />
      <Pick
        label="Relation (group)"
        value={group}
        options={options}
        onChange={(path) => onChange({ ...mapping, group: chosen(path) })}
      />
      <Pick
        label="Answers in one text are joined by"
        value={separator ?? 'auto'}
        options={joined}
        onChange={(value) => onChange({ ...mapping, separator: value === 'auto' ? undefined : value })}
      />
    </div>
  );
}
