'use client';
import type { ModelInput } from '@laurel/contracts';
import { Card, CodeBlock, Segmented } from '@laurel/ui';
import Link from 'next/link';
import { useEffect, useState } from 'react';
import { apiPath } from '@/client/api.ts';
import { type PredictTarget, predictPath } from '@/client/queries/models.ts';
import { routes } from '@/client/routes.ts';
import { exampleValues, rowOf } from './rows.ts';

type Language = 'curl' | 'python' | 'javascript';

/** The same prediction from a terminal, from Python and from JavaScript. */
export function Snippets({ target, inputs }: { target: PredictTarget; inputs: readonly ModelInput[] }) {
  const [language, setLanguage] = useState<Language>('curl');
  const [origin, setOrigin] = useState('');
  useEffect(() => setOrigin(window.location.origin), []);
  const code = snippet(
    language,
    origin + apiPath(predictPath(target)),
    JSON.stringify({ rows: [rowOf(inputs, exampleValues(inputs))] }, null, 2),
  );
  return (
    <Card
      title="From code"
      aside={
        <Segmented
          label="Language"
          value={language}
          onChange={setLanguage}
          options={[
            { value: 'curl', label: 'curl' },
            { value: 'python', label: 'Python' },
            { value: 'javascript', label: 'JavaScript' },
          ]}
        />
      }
    >
      <CodeBlock label={`The prediction in ${language}`} code={code} />
      <p className="mt-2 text-ink-2 text-small">
        Make an{' '}
        <Link href={routes.apiKeys} className="link">
          API key
        </Link>{' '}
        and put it in <code className="font-mono">LAUREL_API_KEY</code>.
      </p>
    </Card>
  );
}

/** `body` is indented JSON. A shell's single quotes end at an apostrophe, so it is closed and opened around one. */
export function snippet(language: Language, url: string, body: string): string {
  switch (language) {
    case 'curl':
      return `curl -s '${url}' \\\n  -H "authorization: Bearer $LAUREL_API_KEY" \\\n  -H 'content-type: application/json' \\\n  -d '${body.replaceAll("'", `'\\''`)}'`;
    case 'python':
      return `import json, os, urllib.request\n\nbody = json.loads(r"""${body.replaceAll('"""', '\\"\\"\\"')}""")\nrequest = urllib.request.Request(\n    "${url}",\n    data=json.dumps(body).encode(),\n    headers={\n        "authorization": "Bearer " + os.environ["LAUREL_API_KEY"],\n        "content-type": "application/json",\n    },\n)\nprint(json.load(urllib.request.urlopen(request))["predictions"])`;
    case 'javascript':
      return `const response = await fetch('${url}', {\n  method: 'POST',\n  headers: {\n    authorization: \`Bearer \${process.env.LAUREL_API_KEY}\`,\n    'content-type': 'application/json',\n  },\n  body: JSON.stringify(${body.replaceAll('\n', '\n  ')}),\n});\nconsole.log((await response.json()).predictions);`;
  }
}
