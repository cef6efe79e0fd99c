import { wrap } from '../../errors.ts';
import type { MethodDefinition } from '../definition.ts';
import { joinPath } from '../kernels/file-path.ts';
import { arrayReceiver, textReceiver } from '../receivers.ts';

export const filepathJoin: MethodDefinition = {
  kind: 'method',
  name: 'filepath_join',
  tier: 'extended',
  status: 'stable',
  category: 'String Manipulation',
  description:
    'Joins the elements of an array to one path, with one slash between them and `.` and `..` resolved.',
  parameters: [],
  prepare: () => (receiver, scope) => {
    const elements = arrayReceiver(receiver).map((element, index) => {
      try {
        return textReceiver(element);
      } catch (error) {
        throw wrap(`path element ${index}: `, error);
      }
    });
    return scope.run.made(joinPath(elements));
  },
  examples: [
    {
      mapping: 'root = this.v.filepath_join()',
      input: '{"v":["/foo/","a","../bar.txt"]}',
      output: '"/foo/bar.txt"',
    },
  ],
};
