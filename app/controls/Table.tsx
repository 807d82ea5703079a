interface Props {
  readonly caption: string;
  readonly head: readonly string[];
  /** First cell of a row is its header. */
  readonly rows: readonly (readonly string[])[];
}

/** What scrolls must be reached by keys, though nothing in it can be pressed. */
const reachable = { tabIndex: 0 };

/** Numbers of a picture as a table, which is scrolled by keys too. */
export function Table({ caption, head, rows }: Props) {
  return (
    <section className="table-scroll" aria-label={caption} {...reachable}>
      <table>
        <caption>{caption}</caption>
        <thead>
          <tr>
            {head.map((text) => (
              <th key={text} scope="col">
                {text}
              </th>
            ))}
          </tr>
        </thead>
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
