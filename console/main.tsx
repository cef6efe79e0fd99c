import { render } from 'preact';
import './style/main.css';
import { Console } from './console.tsx';

const root = document.getElementById('console');
if (root === null) throw new Error('expected an element with the id "console" in index.html, found none');
render(<Console />, root);
