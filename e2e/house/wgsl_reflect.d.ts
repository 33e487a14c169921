// The types of the parser under the file name that Node can load: the package's main file is not a module.
declare module 'wgsl_reflect/wgsl_reflect.module.js' {
  export * from 'wgsl_reflect';
}
