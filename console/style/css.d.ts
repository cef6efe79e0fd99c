// The bundler takes style from the imports of main.tsx.
declare module '*.css';
