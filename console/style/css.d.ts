// The bundler collects the style from the imports of main.tsx.
declare module '*.css';
