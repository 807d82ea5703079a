import type { Separator } from '../../src/datasets/questions/answer-cell.ts';
import type { KeyForm } from '../../src/datasets/questions/choices.ts';
import type { ColumnMapping } from '../../src/datasets/questions/columns.ts';
import type { Table } from '../../src/datasets/tables/table.ts';
import { shownName } from '../../src/lib/shown.ts';
import { Pick } from '../ui/Pick.tsx';
import { keyWords } from './key-words.ts';

interface Props {
  readonly table: Omit<Table, 'rows'>;
  readonly mapping: Partial<ColumnMapping>;
  readonly onChange: (mapping: Partial<ColumnMapping>) => void;
}

const joined: readonly { value: Separator | 'auto'; label: string }[] = [
  { value: 'auto', label: 'as the column looks' },
  { value: '', label: 'nothing: one answer' },
  { value: ';', label: 'semicolons' },
  { value: '|', label: 'bars' },
];

/** Stands for the columns of the choices as they are. */
const CHOICES = 'as they are';

const asked: readonly { value: 'open' | 'choices'; label: string }[] = [
  { value: 'open', label: 'without the choices' },
  { value: 'choices', label: 'with the choices, in the words of one of them' },
];

const named: readonly { value: KeyForm | 'auto'; label: string }[] = [
  { value: 'auto', label: 'as the column looks' },
  ...(Object.keys(keyWords) as KeyForm[]).map((value) => ({ value, label: keyWords[value] })),
];

/** Which column holds the question, the answers and the group; guessed first, and put right here. */
export function MappingFields({ table, mapping, onChange }: Props) {
  const columns = table.columns.map(({ path, samples }) => ({
    value: path,
    label: samples[0] ? `${shownName(path)} (${shownName(samples[0], 30)})` : shownName(path),
  }));
  const options = [{ value: '', label: 'none' }, ...columns];
  const chosen = (path: string) => (path === '' ? undefined : path);
  const { question = '', answers = '', aliases: [alias = ''] = [], group = '', separator } = mapping;
  const { choices = [] } = mapping;
  const choiceOptions = [
    { value: '', label: 'none' },
    ...(choices.length > 0
      ? [{ value: CHOICES, label: choices.map((path) => shownName(path)).join(', ') }]
      : []),
    ...columns,
  ];
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
      <Pick
        label="Choices that the question offers"
        value={choices.length > 0 ? CHOICES : ''}
        options={choiceOptions}
        onChange={(path) =>
          onChange({
            ...mapping,
            choices: path === '' ? undefined : path === CHOICES ? choices : [path],
          })
        }
      />
      {mapping.right !== undefined && (
        <Pick
          label="Rows of right answers are marked in"
          value={mapping.right}
          options={options}
          onChange={(right) => onChange({ ...mapping, right })}
        />
      )}
      {choices.length > 0 && (
        <Pick
          label="The right choice is named by"
          value={mapping.key ?? 'auto'}
          options={named}
          onChange={(key) => onChange({ ...mapping, key: key === 'auto' ? undefined : key })}
        />
      )}
      {choices.length > 0 && (
        <Pick
          label="Asked"
          value={mapping.ask ?? 'open'}
          options={asked}
          onChange={(ask) => onChange({ ...mapping, ask })}
        />
      )}
    </div>
  );
}
