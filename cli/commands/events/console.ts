import { consoleCommand } from '../../lib/console-command.ts';

export default consoleCommand('<%= config.bin %> events:console -a my-app');
