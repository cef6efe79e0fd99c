import { fail } from '../../errors.ts';
import { byteLength, type ObjectBuilder, setOwn } from '../../values.ts';
import type { MethodDefinition } from '../definition.ts';
import { parseGoUrl } from '../kernels/go-url.ts';
import { textReceiver } from '../receivers.ts';

export const parseUrl: MethodDefinition = {
  kind: 'method',
  name: 'parse_url',
  tier: 'extended',
  status: 'stable',
  category: 'Parsing',
  description: 'Takes a URL apart: scheme, user, host, path, query, fragment.',
  parameters: [],
  prepare: () => (receiver, scope) => {
    const text = textReceiver(receiver);
    scope.run.allocate(text.length * 2);
    // The parser unescapes the text and escapes it again to check that both agree.
    scope.run.step(byteLength(text) >> 2);
    const parsed = parseGoUrl(text);
    if (!parsed.ok) throw fail(parsed.message);
    const { user, rawPath, rawQuery, rawFragment, scheme, opaque, host, path, fragment } = parsed.value;
    const parts: ObjectBuilder = {
      scheme,
      opaque,
      host,
      path,
      raw_path: rawPath,
      raw_query: rawQuery,
      fragment,
      raw_fragment: rawFragment,
    };
    if (user !== undefined) {
      const { name, password } = user;
      setOwn(parts, 'user', password === undefined ? { name } : { name, password });
    }
    return parts;
  },
  examples: [
    {
      mapping: 'root = this.v.parse_url().host',
      input: '{"v":"https://example.com:8080/a?b=c"}',
      output: '"example.com:8080"',
    },
    {
      mapping: 'root = this.v.parse_url().user.name',
      input: '{"v":"amqp://foo:bar@127.0.0.1/"}',
      output: '"foo"',
    },
  ],
};
