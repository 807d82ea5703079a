interface Props {
  readonly caption: string;
  readonly head: readonly string[];
  /** First cell of a row is its header. */
  readonly rows: readonly (readonly string[])[];
}

/** Numbers of a picture as a table. */
export function Table({ caption, head, rows }: Props) {
  return (
    <div className="table-scroll">
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
    </div>
  );
}
