//! Shortens the loader, the one script that every page of every shop loads.

use oxc_allocator::Allocator;
use oxc_codegen::{Codegen, CodegenOptions};
use oxc_minifier::{Minifier, MinifierOptions};
use oxc_parser::Parser;
use oxc_span::SourceType;
use std::path::Path;
use std::{env, fs};

fn main() {
    const SOURCE: &str = "../public/embed.js";
    println!("cargo::rerun-if-changed={SOURCE}");
    if env::var_os("CARGO_FEATURE_EMBED").is_some() {
        // The site is read by a macro, which cannot say so itself.
        println!("cargo::rerun-if-changed=../target/site/pkg");
    }
    let source = fs::read_to_string(SOURCE).expect("the loader is there");
    let folder = env::var("OUT_DIR").expect("cargo names the folder");
    fs::write(Path::new(&folder).join("embed.js"), shortened(&source))
        .expect("the folder can be written to");
}

fn shortened(source: &str) -> String {
    let allocator = Allocator::default();
    let parsed = Parser::new(&allocator, source, SourceType::script()).parse();
    assert!(
        parsed.diagnostics.is_empty(),
        "public/embed.js: {:?}",
        parsed.diagnostics
    );
    let mut program = parsed.program;
    let minified = Minifier::new(MinifierOptions::default()).minify(&allocator, &mut program);
    Codegen::new()
        .with_options(CodegenOptions::minify())
        .with_scoping(minified.scoping)
        .build(&program)
        .code
}
