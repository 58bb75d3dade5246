'use client';
import { CodeBlock, Segmented } from '@laurel/ui';
import { useState } from 'react';
import { useMounted } from '@/frame/mounted.ts';
import { type Snippets, snippetsOf } from './snippets.ts';

/** The request that "Start" sends, for those who would rather send it themselves. */
export function RequestRail({ body }: { body: object }) {
  const [language, setLanguage] = useState<keyof Snippets>('curl');
  const mounted = useMounted();
  const snippets = snippetsOf(mounted ? window.location.origin : '', body);
  return (
    <section aria-label="The same request in code" className="flex min-w-0 flex-col gap-2">
      <div className="flex items-center justify-between gap-3">
        <h2 className="font-semibold text-body">The same in code</h2>
        <Segmented
          label="Language"
          value={language}
          onChange={setLanguage}
          options={[
            { value: 'curl', label: 'curl' },
            { value: 'python', label: 'Python' },
            { value: 'typescript', label: 'TypeScript' },
          ]}
        />
      </div>
      <CodeBlock code={snippets[language]} label={`The request in ${language}`} />
    </section>
  );
}
