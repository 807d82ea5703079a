interface Props {
  readonly caption: string;
  readonly head: readonly string[];
  /** First cell of a row is its header. */
  readonly rows: readonly (readonly string[])[];
}

/** What scrolls must be reached by keys, though nothing in it can be pressed. */
const reachable = { tabIndex: 0 };

/** The row of a table's head; a column without a name heads nothing. */
export function TableHead({ columns }: { readonly columns: readonly string[] }) {
  return (
    <thead>
      <tr>
        {columns.map((text) =>
          text === '' ? (
            <td key={text} />
          ) : (
            <th key={text} scope="col">
              {text}
            </th>
          ),
        )}
      </tr>
    </thead>
  );
}

/** Numbers of a picture as a table, which is scrolled by keys too. */
export function Table({ caption, head, rows }: Props) {
  return (
    <section className="table-scroll" aria-label={caption} {...reachable}>
      <table>
        <caption>{caption}</caption>
        <TableHead columns={head} />
        <tbody>
          {rows.map(([first, ...cells]) => (
            <tr key={first}>
              <th scope="row">{first}</th>
              {cells.map((cell, i) => (
                <td key={head[i + 1]}>{cell}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
