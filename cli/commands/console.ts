import { consoleCommand } from '../lib/console-command.ts';

export default consoleCommand('<%= config.bin %> console', '<%= config.bin %> console -a my-app --no-open');
