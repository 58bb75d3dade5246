/** The same request in three languages. `origin` is the address of this Laurel. */
export interface Snippets {
  curl: string;
  python: string;
  typescript: string;
}

export function snippetsOf(origin: string, body: object): Snippets {
  const json = JSON.stringify(body, null, 2);
  const url = `${origin}/api/v1/experiments`;
  return {
    curl: [
      `curl ${url} \\`,
      '  -H "Authorization: Bearer $LAUREL_API_KEY" \\',
      '  -H "Content-Type: application/json" \\',
      `  -d ${shellQuote(json)}`,
    ].join('\n'),
    python: [
      'import os',
      'import requests',
      '',
      'experiment = requests.post(',
      `    ${pythonLiteral(url)},`,
      '    headers={"Authorization": f"Bearer {os.environ[\'LAUREL_API_KEY\']}"},',
      `    json=${indent(pythonLiteral(body), 4)},`,
      ').json()',
      'print(experiment["id"])',
    ].join('\n'),
    typescript: [
      `const response = await fetch(${JSON.stringify(url)}, {`,
      "  method: 'POST',",
      '  headers: {',
      // biome-ignore lint/suspicious/noTemplateCurlyInString: a line of the snippet, not of this program
      '    authorization: `Bearer ${process.env.LAUREL_API_KEY}`,',
      "    'content-type': 'application/json',",
      '  },',
      `  body: JSON.stringify(${indent(json, 2)}),`,
      '});',
      'const experiment = await response.json();',
      'console.log(experiment.id);',
    ].join('\n'),
  };
}

/** Single quotes stop a shell from reading anything inside; a quote itself is closed, escaped and opened again. */
export function shellQuote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

/** A JSON value as Python writes it. */
export function pythonLiteral(value: unknown): string {
  if (value === null) return 'None';
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  if (Array.isArray(value)) return `[${value.map(pythonLiteral).join(', ')}]`;
  if (typeof value === 'object' && value !== undefined) {
    const lines = Object.entries(value as object).map(
      ([name, entry]) => `    ${JSON.stringify(name)}: ${indent(pythonLiteral(entry), 4)},`,
    );
    return lines.length === 0 ? '{}' : `{\n${lines.join('\n')}\n}`;
  }
  return JSON.stringify(value);
}

function indent(text: string, by: number): string {
  return text.replaceAll('\n', `\n${' '.repeat(by)}`);
}
