'use client';
import type { ModelInput } from '@laurel/contracts';
import { Card, CodeBlock, Segmented } from '@laurel/ui';
import Link from 'next/link';
import { useEffect, useState } from 'react';
import { apiPath } from '@/client/api.ts';
import { type PredictTarget, predictPath } from '@/client/queries/models.ts';
import { routes } from '@/client/routes.ts';
import { exampleValues, rowOf } from './rows.ts';
import { type Language, snippet } from './snippet.ts';

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
