export type Language = 'curl' | 'python' | 'javascript';

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
