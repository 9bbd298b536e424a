/// The program that does the work. bin/lathe (launcher/) starts it, and answers --help and --version by itself.
#include "lathe/cli/verb.h"

int main(int argc, char** argv) { return lathe::run_command_line(argc, argv); }
