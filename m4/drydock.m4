# SPDX-License-Identifier: Apache-2.0
# DD_WARNING_FLAGS(VARIABLE, FLAGS)
# Collects in VARIABLE those of FLAGS that the compiler takes.
AC_DEFUN([DD_WARNING_FLAGS],
[$1=
dd_saved_cflags=$CFLAGS
for dd_flag in $2; do
  CFLAGS="$dd_saved_cflags -Werror $dd_flag"
  AC_COMPILE_IFELSE([AC_LANG_PROGRAM([])], [$1="$$1 $dd_flag"])
done
CFLAGS=$dd_saved_cflags
AC_SUBST([$1])])

# DD_SANITIZERS
# --enable-sanitizers builds everything with AddressSanitizer and UndefinedBehaviorSanitizer.
AC_DEFUN([DD_SANITIZERS],
[AC_ARG_ENABLE([sanitizers],
  [AS_HELP_STRING([--enable-sanitizers], [build with ASan and UBSan])],
  [], [enable_sanitizers=no])
AS_IF([test "x$enable_sanitizers" = xyes],
  [SANITIZE_CFLAGS="-fsanitize=address,undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer"])
AC_SUBST([SANITIZE_CFLAGS])])

# DD_SONAME(VARIABLE, NAME, LIBS, FUNCTION)
# Defines VARIABLE as the file name under which the loader finds libNAME, which is in LIBS and has
# FUNCTION: of a library that the program loads itself, when it is needed.
AC_DEFUN([DD_SONAME],
[AC_REQUIRE([AC_PROG_SED])
AC_CHECK_TOOL([OBJDUMP], [objdump])
AC_MSG_CHECKING([what lib$2 is called at run time])
dd_saved_libs=$LIBS
LIBS="$3 $LIBS"
dd_soname=
AC_LINK_IFELSE([AC_LANG_CALL([], [$4])],
  [dd_soname=`$OBJDUMP -p conftest$ac_exeext | $SED -n 's/^ *NEEDED *\(lib$2[[^ ]]*\).*/\1/p'`])
LIBS=$dd_saved_libs
AS_IF([test -z "$dd_soname"], [AC_MSG_ERROR([cannot link $4 with $3])])
AC_MSG_RESULT([$dd_soname])
AC_DEFINE_UNQUOTED([$1], ["$dd_soname"], [What lib$2 is called at run time.])])
